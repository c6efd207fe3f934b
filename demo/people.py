"""Who lives in the demo. Plain values: the supervisor prints them, the seed makes them, the log-in page offers them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`role` is customer, agent or supervisor; `tier` and `phone` are for customers."""

    name: str
    first: str
    last: str
    role: str
    language: str = "en"
    tier: str = "standard"
    phone: str = ""

    @property
    def password(self) -> str:
        """Printed at every start: the demo is a show-room, never a public server."""
        return f"demo-{self.name}"

    @property
    def email(self) -> str:
        return f"{self.name}@shop.example"


CUSTOMERS = (
    Person("alice", "Alice", "Martin", "customer", phone="+33199005101"),
    Person("amir", "Amir", "Haddad", "customer", tier="vip", phone="+33199005102"),
    Person("chen", "Chen", "Li", "customer", language="zh-hans", phone="+33199005103"),
)
AGENTS = (
    Person("bob", "Bob", "Fischer", "agent"),
    Person("beth", "Beth", "Okafor", "agent"),
    Person("bo", "Bo", "Wang", "agent", language="zh-hans"),
)
SUPERVISORS = (Person("dora", "Dora", "Lindgren", "supervisor"),)
EVERYBODY = (*CUSTOMERS, *AGENTS, *SUPERVISORS)
