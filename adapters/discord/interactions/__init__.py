"""Commands, menus, forms and buttons, and the answers that go through their tokens."""
