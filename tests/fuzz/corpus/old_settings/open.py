SERIAL_PORT = ('/dev/tty'
  r'USB0'
A = '''x
B = {'a': [1, (2, {'c': f'x'})], **d}
