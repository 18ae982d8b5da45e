"""What is sent: endpoints, the origins they may go to, and requests rendered from them."""
