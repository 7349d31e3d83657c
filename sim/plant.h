/*
 * A plant that does not exist: sun, clouds, load and battery, the same numbers for every twin.
 *
 * It is worked out in slots of a quarter of an hour from a fixed first day up to now, with the
 * battery carried on. So the same seed and hour give the same plant, and a twin that is started
 * again shows counters that only grow. Power runs straight from slot to slot, and energy is its
 * exact integral.
 */
#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include <stdbool.h>
#include <stdint.h>

/* The plant as it is at one moment. + is into the battery. */
struct plant_now {
    double sun; /* 0 to 1 */
    double pv_w, pv_v, pv_a;
    double charge_w, charge_a; /* what the chargers give to the battery's side */
    double load_w, load_a;     /* direct current */
    double battery_v, battery_a, battery_w, soc;
    double battery_c, case_c, ambient_c;
    double pv_kwh_today, pv_kwh_month, pv_kwh_year, pv_kwh;
    double load_kwh_today, load_kwh_month, load_kwh_year, load_kwh;
    double pv_v_high, pv_v_low, battery_v_high, battery_v_low; /* today, so far */
    double pv_w_high, charge_a_high;
    int stage; /* 0 not charging, 1 bulk, 2 absorb, 3 float */
    bool is_night;
};

/* Energies by the calendar: since new, this year, this month, today. */
struct plant_sums {
    double all, year, month, day;
};

struct plant {
    uint64_t seed;
    double nominal_v, peak_w, capacity_wh;
    int weather;
    int64_t since_ms; /* the newest moment seen, from the first day */
    int64_t slot;     /* the slot we are in, counted from the first day */
    double sun[2], battery_v[2], pv_w[2], load_w[2]; /* at its beginning and its end */
    double stored_wh;                                /* at its beginning */
    struct plant_sums pv, load;                      /* at its beginning */
    double highs[6]; /* today's pv_v high and low, battery_v high and low, pv_w, charge_a, until
                        then */
    struct plant_now now;
};

/* day: "clear", "cloudy", "mixed", "night"; NULL is mixed. */
void plant_init(struct plant *p, uint64_t seed, double nominal_v, const char *day);

/* The same plant on its first day: for its past. */
void plant_again(struct plant *p, const struct plant *like);

/* Brings it to this hour, UTC. A step back leaves it where it is: counters never fall. */
void plant_to(struct plant *p, int64_t wall_ms);

const struct plant_now *plant_now(const struct plant *p);

#endif
