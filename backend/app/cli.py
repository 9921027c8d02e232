print("cli", __import__("sys").argv[1:], __import__("os").getcwd())
