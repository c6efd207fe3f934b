from __future__ import annotations

from django.contrib import admin

from .models import CustomerProfile, Order, OrderLine, Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["sku", "title", "category", "price", "currency", "stock"]
    list_editable = ["price", "stock"]
    list_filter = ["category"]
    search_fields = ["sku", "title"]


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    raw_id_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["number", "user", "status", "total", "currency", "placed_at"]
    list_filter = ["status"]
    search_fields = ["number", "user__username"]
    raw_id_fields = ["user"]
    inlines = [OrderLineInline]


@admin.register(CustomerProfile)
class CustomerProfileAdmin(admin.ModelAdmin):
    list_display = ["user", "tier", "language", "since"]
    list_filter = ["tier"]
    raw_id_fields = ["user"]
