/* Options from settings (nats/identity.h). */
#include "nats/identity.h"

#include "nats/message.h"
#include "nats/settings.h"

#include "base/log.h"
#include "base/secret.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { URL_MOST = 300 };
static const char SYSTEM_TRUST[] = "/etc/ssl/certs/ca-certificates.crt";

static natsStatus set_urls(natsOptions *o, const struct section *s, bool *is_secure)
{
    char urls[NATS_URLS][URL_MOST];
    const char *list[NATS_URLS], *at = section_text(s, "url");
    int count = 0;

    *is_secure = false;
    while (count < NATS_URLS && nats_next_url(&at, urls[count], URL_MOST)) {
        *is_secure |= !strncmp(urls[count], "tls://", 6);
        list[count] = urls[count];
        count++;
    }
    return natsOptions_SetServers(o, list, count);
}

static natsStatus set_tls(natsOptions *o, const char *who, const struct section *s)
{
    const char *ca = section_text(s, "ca_file"), *cert = section_text(s, "cert_file");
    natsStatus rc = natsOptions_SetSecure(o, true);

    if (!*ca && access(SYSTEM_TRUST, R_OK) == 0)
        ca = SYSTEM_TRUST;
    if (rc == NATS_OK && *ca) {
        rc = natsOptions_LoadCATrustedCertificates(o, ca);
        if (rc != NATS_OK)
            log_err(who, "ca_file %s holds no certificates", ca);
    }
    if (rc == NATS_OK && *cert) {
        rc = natsOptions_LoadCertificatesChain(o, cert, section_text(s, "key_file"));
        if (rc != NATS_OK)
            log_err(who, "cert_file %s and key_file are no pair", cert);
    }
    return rc;
}

/* A secret that only its owner may read; it is copied into the options, and wiped here. */
static int set_secret(natsOptions *o, const char *who, const struct section *s)
{
    const char *user = section_text(s, "user"), *file;
    char secret[400];
    int rc;

    file = section_text(s, *user ? "password_file" : "token_file");
    if (!*file)
        return OK;
    rc = secret_read(who, file, secret, sizeof secret);
    if (!rc && *user)
        rc = natsOptions_SetUserInfo(o, user, secret) == NATS_OK ? OK : ERR_FULL;
    else if (!rc)
        rc = natsOptions_SetToken(o, secret) == NATS_OK ? OK : ERR_FULL;
    explicit_bzero(secret, sizeof secret);
    return rc;
}

/* Files the library reads itself, at each connection: looked at here, so that it is told now. */
static int set_key(natsOptions *o, const char *who, const struct section *s)
{
    const char *creds = section_text(s, "creds_file"), *nkey = section_text(s, "nkey"),
               *file = *creds ? creds : section_text(s, "nkey_file");
    char first[200];
    natsStatus status;
    int rc;

    if (!*file)
        return OK;
    rc = secret_read(who, file, first, sizeof first);
    explicit_bzero(first, sizeof first);
    if (rc)
        return rc;
    status = *creds ? natsOptions_SetUserCredentialsFromFiles(o, creds, NULL)
                    : natsOptions_SetNKeyFromSeed(o, nkey, file);
    return status == NATS_OK ? OK : ERR_CONFIG;
}

int identity_set(natsOptions *o, const char *who, const struct section *s)
{
    bool is_secure;
    int rc;

    if (set_urls(o, s, &is_secure) != NATS_OK) {
        log_err(who, "url: these are no addresses of NATS servers");
        return ERR_CONFIG;
    }
    if (is_secure && set_tls(o, who, s) != NATS_OK)
        return ERR_CONFIG;
    rc = set_secret(o, who, s);
    if (!rc)
        rc = set_key(o, who, s);
    if (!rc && !is_secure && !strstr(section_text(s, "url"), "//127.") &&
        !strstr(section_text(s, "url"), "//localhost") &&
        (*section_text(s, "password_file") || *section_text(s, "token_file")))
        log_warn(who, "the password or token travels readable: tls:// would hide it");
    return rc;
}
