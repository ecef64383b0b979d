import ConnectCore
print("not yet")
