from django import template

register = template.Library()


@register.simple_tag
def shops_own() -> str:
    return "the shops own tickets"
