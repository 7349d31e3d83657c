/* What the refusal of a database or a broker means, and the command that mends it. Words of the
 * sinks come in. */
#include "collector/checks/checks.h"

#include <stdio.h>
#include <string.h>

struct advice {
    const char *words; /* stand in what the sink said */
    const char *api;   /* the word of api =, or the kind of sink; NULL: all that have a url */
    const char *means, *mend;
};

#define MQTT_STRANGER "the broker does not know this user, or the password is another"
#define MQTT_PASSWORD                                                                              \
    "sudo mosquitto_passwd /etc/mosquitto/passwd $user, the same word alone into $password_file, " \
    "then: sudo systemctl reload mosquitto"

/* In `mend`, $url, $database... are the section's own settings, and $host is the url's. */
// clang-format off
static const struct advice rows[] = {
    { "cannot be resolved", NULL, "the name of the database's machine is known to no name server",
      "getent hosts $host; if that says nothing, mend url, or: echo 'ADDRESS $host' | sudo tee -a /etc/hosts" },
    { "does not answer", NULL, "nobody listens there: the database is not running, listens at another port, or a firewall is between",
      "systemctl status influxdb, sudo systemctl start influxdb; try it: curl -i $url/ping" },
    { "no answer in time", NULL, "something takes the connection and says nothing",
      "try it: curl -i --max-time 5 $url/ping; look at a firewall or proxy on the way" },
    { "not trusted", NULL, "the certificate is signed by nobody that this machine knows, or is for another name",
      "openssl s_client -connect $host:$port -showcerts </dev/null; put the authority's certificate into a file and name it: ca_file = /etc/helio/ca.pem; also look at the clock" },
    { "404 database not found", "v1", "the server is there, and has no such database",
      "curl -XPOST '$url/query' --data-urlencode 'q=CREATE DATABASE \"$database\"' (with a user: -u NAME), or create = yes under [sink $name]" },
    { "404", "v1", "whoever answers there speaks no InfluxDB 1.x", "is api right? 2.x: api = v2; 3: api = v3; try: curl -i $url/ping" },
    { "404", "v2", "there is no such bucket or organisation, or the server is no InfluxDB 2.x",
      "influx bucket create --host $url --org '$org' --name '$bucket' --token \"$(cat $token_file)\"; an InfluxDB 1.x wants api = v1" },
    { "404", "v3", "there is no such database, or the server is no InfluxDB 3",
      "influxdb3 create database --host $url --token \"$(cat $token_file)\" $database; older ones want api = v1 or v2" },
    { "404", "victoria", "this address is not VictoriaMetrics' own", "in a cluster url ends with /insert/0/influx; alone it is http://HOST:8428" },
    { "405", NULL, "the server speaks another version", "is api right? curl -i $url/ping tells X-Influxdb-Version" },
    { "401", "v1", "the server does not know this user, or the password is wrong",
      "user = NAME and password_file = FILE under [sink $name]; a new password: influx -username ADMIN -password '' -execute \"SET PASSWORD FOR \\\"$user\\\" = 'NEW'\"; then write it into the file" },
    { "401", NULL, "the server does not know this token", "make one: influx auth create --org '$org' --write-buckets; put it alone into $token_file, then: chmod 600 $token_file" },
    { "403", "v1", "the user is known, and may not write there",
      "influx -username ADMIN -password '' -execute 'GRANT ALL ON \"$database\" TO \"$user\"'" },
    { "403", NULL, "the token is known, and may not write there", "make one that may: influx auth create --org '$org' --write-buckets; put it into $token_file" },
    { "database is required", NULL, "the server wants to know which database", "database = solar under [sink $name]" },
    { "retention policy", NULL, "the database has no retention policy of this name", "retention_policy = autogen under [sink $name], or leave the line out" },
    { "407", NULL, "a proxy is on the way", "unset http_proxy https_proxy for helio, or: NO_PROXY=$host" },
    { "does not let us write", "mqtt", "the user is known, and may not write these topics",
      "printf 'user $user\\ntopic readwrite $prefix/#\\n' | sudo tee -a /etc/mosquitto/acl && sudo systemctl reload mosquitto" },
    { "refuses the user or the password", "mqtt", MQTT_STRANGER, MQTT_PASSWORD },
    { "not permitted", "mqtt", MQTT_STRANGER, MQTT_PASSWORD },
    { "lets this user not in", "mqtt", "the broker wants to know who comes, and was not told, or not rightly",
      "user = NAME and password_file = FILE under [sink $name]; at the broker: sudo mosquitto_passwd /etc/mosquitto/passwd NAME && sudo systemctl reload mosquitto" },
    { "nobody listens at", "mqtt", "the broker is not running, or listens elsewhere (2.0 listens on this machine only, unless told)",
      "systemctl status mosquitto, sudo systemctl start mosquitto; from elsewhere: printf 'listener 1883\\n' | sudo tee /etc/mosquitto/conf.d/listener.conf && sudo systemctl restart mosquitto" },
    { "no such name", "mqtt", "no name server knows the broker's machine", "getent hosts $server; if that says nothing, mend server under [sink $name]" },
    { "signed by nobody we trust", "mqtt", "the broker's certificate is not signed by anybody this machine knows",
      "openssl s_client -connect $server:8883 -showcerts </dev/null; put the authority's certificate into a file and name it: ca_file = /etc/helio/ca.pem" },
    { "for another name", "mqtt", "the certificate does not name $server", "server = the name that stands in it: openssl s_client -connect $server:8883 </dev/null | openssl x509 -noout -ext subjectAltName" },
    { "TLS port", "mqtt", "one side speaks TLS and the other does not", "tls = yes with port 8883, or tls = no with port 1883, under [sink $name]" },
    { "closed the connection before", "mqtt", "one side speaks TLS and the other does not", "tls = yes with port 8883, or tls = no with port 1883, under [sink $name]" },
    { NULL, NULL, NULL, NULL },
};
// clang-format on

static bool knows(const struct section *s, const char *key)
{
    for (size_t t = 0; t < TABLES_MAX && s->tables[t]; t++)
        for (const struct setting *row = s->tables[t]; row->key; row++)
            if (!strcmp(row->key, key))
                return true;
    return false;
}

/* host and port out of "https://host:port/path". */
static void take_address(const char *url, char host[200], char port[12])
{
    const char *at = strstr(url, "://"), *from = at ? at + 3 : url;
    bool is_safe = !strncmp(url, "https", 5);
    size_t length = strcspn(from, ":/");

    snprintf(host, 200, "%.*s", (int)length, from);
    snprintf(port, 12, "%s", is_safe ? "443" : "80");
    if (from[length] == ':')
        snprintf(port, 12, "%.*s", (int)strcspn(from + length + 1, "/"), from + length + 1);
}

static void put(struct text *to, const struct plan_sink *sink, const char *words)
{
    const char *url = knows(sink->section, "url") ? section_text(sink->section, "url") : "";
    char key[32], host[200], port[12];

    take_address(url, host, port);
    for (; *words; words++) {
        size_t length = *words == '$' ? strspn(words + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
        snprintf(key, sizeof key, "%.*s", (int)length, words + 1);
        if (!length) {
            text_char(to, *words);
            continue;
        }
        words += length;
        if (!strcmp(key, "host"))
            text_add(to, host);
        else if (!strcmp(key, "port"))
            text_add(to, port);
        else if (!strcmp(key, "name"))
            text_add(to, sink->name);
        else
            text_add(to, knows(sink->section, key) ? section_text(sink->section, key) : "");
    }
}

static const struct advice *find(const struct plan_sink *sink, const char *why)
{
    const struct section *s = sink->section;
    const char *api = knows(s, "api") ? section_text(s, "api") : sink->sink->name;
    const struct advice *row = rows;

    while (row->words &&
           (!strstr(why, row->words) || (row->api ? strcmp(row->api, api) != 0 : !knows(s, "url"))))
        row++;
    return row->words ? row : NULL;
}

/* A database that is not there yet is no trouble where it is to be made. */
bool sink_will_mend(const struct plan_sink *sink, const char *why)
{
    return knows(sink->section, "create") && section_yes(sink->section, "create") &&
           strstr(why, "404 database not found");
}

void advise_sink(struct report *r, const struct plan_sink *sink, const char *why)
{
    const struct advice *row = find(sink, why);
    struct finding f;

    if (!row)
        return;
    finding_begin(&f, TROUBLE, ERR_GONE, "sink %s", sink->name);
    text_add(&f.seen, why);
    text_add(&f.means, row->means);
    put(&f.mend, sink, row->mend);
    report_add(r, &f);
}
