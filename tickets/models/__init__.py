from .comment import Comment
from .ticket import Ticket

__all__ = ["Comment", "Ticket"]
