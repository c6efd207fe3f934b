"""Stock Channels: daphne, AsyncJsonWebsocketConsumer and channels-redis' core layer with `group_send`."""
