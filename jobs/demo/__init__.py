"""The demo organization: people, three products with their data, and requests about them."""
