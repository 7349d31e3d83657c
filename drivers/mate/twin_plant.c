/* The made-up plant as each kind of device on MATEnet sees it (drivers/mate/kinds.h). */
#include "drivers/mate/kinds.h"

static void put(struct twin *t, enum metric m, double value)
{
    (void)reading_put(&t->state, m, value); /* a state has fewer fields than a reading holds */
}

void mate_mx_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    double share = 1.0 / t->of;
    static const int stages[] = {CHARGE_STAGE_SILENT, CHARGE_STAGE_BULK, CHARGE_STAGE_ABSORB,
                                 CHARGE_STAGE_FLOAT};

    t->state.count = 0;
    put(t, M_PV_VOLTAGE, p->pv_v);
    put(t, M_PV_CURRENT, p->pv_a * share);
    put(t, M_CHARGER_CURRENT, p->charge_a * share);
    put(t, M_CHARGER_POWER, p->charge_w * share);
    put(t, M_BATTERY_VOLTAGE, p->battery_v);
    put(t, M_PV_ENERGY_TODAY, p->pv_kwh_today * share);
    put(t, M_CHARGER_CHARGE_TODAY, p->pv_kwh_today * share * 1000 / p->battery_v);
    put(t, M_CHARGE_STAGE, stages[p->stage]);
    put(t, M_AUX_ON, mate_twin_told(t, 0x01c9, 0) >> 7);
    put(t, M_PV_ALARMS, 0);
    put(t, M_CHARGER_ALARMS, 0);
    put(t, M_BATTERY_ALARMS, 0);
    put(t, M_BATTERY_SENSOR_RAW, (70.1 - p->battery_c) / 0.3576);
    put(t, M_PV_ENERGY, p->pv_kwh * share);
    put(t, M_BATTERY_VOLTAGE_HIGH_TODAY, p->battery_v_high);
    put(t, M_BATTERY_VOLTAGE_LOW_TODAY, p->battery_v_low);
    put(t, M_PV_VOLTAGE_HIGH_TODAY, p->pv_v_high);
    put(t, M_PV_POWER_HIGH_TODAY, p->pv_w_high * share);
    put(t, M_CHARGER_CURRENT_HIGH_TODAY, p->charge_a_high * share);
    put(t, M_PV_OPEN_CIRCUIT_VOLTAGE, p->pv_v * 1.2);
    put(t, M_PV_OPEN_CIRCUIT_VOLTAGE_HIGH, p->pv_v_high * 1.2);
    put(t, M_FLOAT_VOLTAGE, 13.6 * t->nominal_v / 12);
    put(t, M_ABSORB_VOLTAGE, 14.4 * t->nominal_v / 12);
}

void mate_fx_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    double volts = t->kind & KIND_230V ? 230 : 120, watts = p->load_w / t->of;
    bool is_on = mate_twin_told(t, 0x003d, 2) != 0;

    t->state.count = 0;
    put(t, M_INVERTER_CURRENT, is_on ? watts / volts : 0);
    put(t, M_GRID_CHARGE_CURRENT, 0);
    put(t, M_GRID_IMPORT_CURRENT, 0);
    put(t, M_GRID_EXPORT_CURRENT, 0);
    put(t, M_GRID_VOLTAGE, 0);
    put(t, M_OUTPUT_VOLTAGE, is_on ? volts : 0);
    put(t, M_DEVICE_MODE, is_on ? DEVICE_MODE_INVERTING : DEVICE_MODE_OFF);
    put(t, M_AC_INPUT_STATE, AC_INPUT_STATE_ABSENT);
    put(t, M_BATTERY_VOLTAGE, p->battery_v);
    put(t, M_AUX_ON, 0);
    put(t, M_INVERTER_ALARMS, 0);
    put(t, M_UNIT_ALARMS, 0);
    put(t, M_BATTERY_ALARMS, 0);
    put(t, M_GRID_ALARMS, 0);
    put(t, M_AIR_SENSOR_RAW, 118);
    put(t, M_INVERTER_CONTROL, INVERTER_CONTROL_ON);
    put(t, M_AC_CONTROL, AC_CONTROL_USE);
    put(t, M_CHARGER_CONTROL, SWITCH_MODE_AUTO);
    put(t, M_AUX_CONTROL, SWITCH_MODE_AUTO);
    put(t, M_FLOAT_VOLTAGE, 13.6 * t->nominal_v / 12);
    put(t, M_ABSORB_VOLTAGE, 14.4 * t->nominal_v / 12);
}

/* The highest its shunts ever saw. */
static const struct {
    enum metric metric;
    double value;
} peaks[] = {
    {M_SHUNT_A_CURRENT_HIGH_CHARGED, 39.3},  {M_SHUNT_A_POWER_HIGH_CHARGED, 1070},
    {M_SHUNT_B_CURRENT_HIGH_CHARGED, 58.1},  {M_SHUNT_B_POWER_HIGH_CHARGED, 1520},
    {M_SHUNT_C_CURRENT_HIGH_CHARGED, 4.4},   {M_SHUNT_C_POWER_HIGH_CHARGED, 110},
    {M_SHUNT_A_CURRENT_HIGH_REMOVED, -95.8}, {M_SHUNT_A_POWER_HIGH_REMOVED, -2330},
    {M_SHUNT_B_CURRENT_HIGH_REMOVED, -2.1},  {M_SHUNT_B_POWER_HIGH_REMOVED, -50},
    {M_SHUNT_C_CURRENT_HIGH_REMOVED, -1.7},  {M_SHUNT_C_POWER_HIGH_REMOVED, -40},
};

void mate_dc_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    double out_a = p->load_w / p->battery_v, in_a = p->charge_a;

    t->state.count = 0;
    put(t, M_SHUNT_A_CURRENT, -out_a);
    put(t, M_SHUNT_B_CURRENT, in_a);
    put(t, M_SHUNT_C_CURRENT, 0);
    put(t, M_SHUNT_A_POWER, -p->load_w);
    put(t, M_SHUNT_B_POWER, p->charge_w);
    put(t, M_SHUNT_C_POWER, 0);
    put(t, M_BATTERY_VOLTAGE, p->battery_v);
    put(t, M_BATTERY_SOC, p->soc);
    put(t, M_CHARGE_PARAMETERS_MET, p->stage == CHARGE_STAGE_FLOAT);
    put(t, M_DC_IN_CURRENT, in_a);
    put(t, M_DC_OUT_CURRENT, out_a);
    put(t, M_BATTERY_CURRENT, in_a - out_a);
    put(t, M_DC_IN_POWER, p->charge_w);
    put(t, M_DC_OUT_POWER, p->load_w);
    put(t, M_BATTERY_POWER, p->charge_w - p->load_w);
    put(t, M_DC_IN_ENERGY_TODAY, p->pv_kwh_today);
    put(t, M_DC_OUT_ENERGY_TODAY, p->load_kwh_today);
    put(t, M_BATTERY_ENERGY_NET_TODAY, p->pv_kwh_today - p->load_kwh_today);
    put(t, M_DC_IN_CHARGE_TODAY, p->pv_kwh_today * 1000 / p->battery_v);
    put(t, M_DC_OUT_CHARGE_TODAY, p->load_kwh_today * 1000 / p->battery_v);
    put(t, M_BATTERY_CHARGE_NET_TODAY, (p->pv_kwh_today - p->load_kwh_today) * 1000 / p->battery_v);
    put(t, M_BATTERY_TEMPERATURE, p->battery_c);
    put(t, M_BATTERY_SOC_LOW_TODAY, p->soc);
    put(t, M_BATTERY_VOLTAGE_HIGH_TODAY, p->battery_v_high + 0.1);
    put(t, M_BATTERY_VOLTAGE_LOW_TODAY, p->battery_v_low - 0.1);
    put(t, M_BATTERY_LIFETIME_REMOVED, 12000);
    put(t, M_BATTERY_FULL_DAYS, 41);
    put(t, M_BATTERY_CAPACITY, 800);
    put(t, M_CHARGE_FACTOR, 94);
    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++)
        put(t, peaks[i].metric, peaks[i].value);
}
