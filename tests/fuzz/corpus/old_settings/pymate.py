import datetime
SERIAL_PORT: str = ('/dev/'  # in two pieces
                    r'ttyUSB7')
SERIAL_PROTO = "PJON"; MX_PORT = 3
STATUS_INTERVAL = datetime.timedelta(0, 15)
FXSTATUS_INTERVAL = datetime.timedelta(minutes=2, seconds=5)
DCSTATUS_INTERVAL = datetime.timedelta(seconds=2 * 30)
LOGPAGE_RETRIEVAL_TIME = datetime.time(minute=7, hour=1)
ENDPOINT_URL = b'https://me:p@ss@\x61.example/\u006date'
LOGFILE = None
