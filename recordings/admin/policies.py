"""What a supervisor decides: which queues are recorded and for how long it is kept."""

from __future__ import annotations

from django.contrib import admin

from rtc_service.admin.base import OtpModelAdmin

from ..models import Policy


@admin.register(Policy)
class PolicyAdmin(OtpModelAdmin):
    list_display = ("__str__", "start", "keep_days", "changed")
    list_display_links = ("__str__",)
    list_filter = ("start",)
    search_fields = ("queue",)
    fields = ("queue", "start", "keep_days", "changed")
    readonly_fields = ("changed",)
