"""What people chose about the sale and sharing of their data: recorded, and told to products."""
