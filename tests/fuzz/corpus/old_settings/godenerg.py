import os
logger_conf = {'filename': 'x.log', 'format': "%s"}
http_conf = {'port': 1 + 1}
datalogger_conf = {
    'db_filename': '/srv/history.db', 'interval': 20,  # a comment }
    'last_interval': 3, 'samples': 9000,
}
charger_conf = dict(float_voltage=54)
charger_conf = {
    'float_voltage': 54.0, 'absorbtion_voltage': os.environ['V'],
    'absorbtion_amps_threshold': 5, 'charge_check_start': 10, 'charge_check_end': 23
}
if os.path.exists('x'):
    http_conf = {'port': [1, (2,)]}
