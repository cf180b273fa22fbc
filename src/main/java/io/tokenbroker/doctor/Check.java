package io.tokenbroker.doctor;

/** What is looked at, by the name that docs/doctor.md explains, and what to do where it is not well. */
enum Check {
    SETTINGS("settings", "change the setting that is named"),
    REDIRECT_URIS("redirect URIs", "use the https address of your own page, in broker.authorization.redirect-uris"),
    PKCE("pkce", "remove broker.authorization.pkce unless FusionAuth does not pass the verifier on"),
    CLIENTS("clients", "give the client providers and resources (docs/policy.md), or remove it"),
    AUDIT_FILE("audit file", "let the broker's user write to broker.audit.file, or name a file in a folder of its own"),
    ENCRYPTION("encryption", "use https for FusionAuth, and sslmode=verify-full for PostgreSQL"),
    RECEIVERS("event receivers", "correct the url of the receiver, or allow its address by broker.upstreams"),
    FUSIONAUTH(
            "FusionAuth", "set broker.fusionauth.url to where FusionAuth itself answers, and let the broker reach it"),
    VERSION("FusionAuth version", "run FusionAuth 1.48 or newer"),
    TENANT("tenant", "set broker.fusionauth.tenant-id to the id of the users' tenant"),
    APPLICATION("application", "set broker.fusionauth.application-id to the application that your people sign in to"),
    ISSUER("issuer", "set broker.fusionauth.issuer to what FusionAuth says, to the letter"),
    SIGNING_KEYS("signing keys", "give the application an asymmetric key (RS256 or ES256) for its access tokens"),
    WEBHOOK_KEY("webhook key", "set broker.fusionauth.webhook-key-id to the kid of the key that signs webhooks"),
    API_KEY("API key", "set broker.fusionauth.api-key to a key of FusionAuth of this tenant, or of all"),
    KEY_LINK_GET("key: read links", "give the key GET on /api/identity-provider/link"),
    KEY_LINK_POST("key: make links", "give the key POST on /api/identity-provider/link"),
    KEY_LINK_DELETE("key: delete links", "give the key DELETE on /api/identity-provider/link"),
    KEY_PENDING_GET("key: read pending links", "give the key GET on /api/identity-provider/link/pending"),
    KEY_USER_GET("key: read users", "give the key GET on /api/user"),
    KEY_PROVIDER_GET(
            "key: read providers", "give the key GET on /api/identity-provider, or give the providers in full"),
    KEY_USER_SEARCH("key: search users", "give that right to a key of its own, for keep-alive --discover alone"),
    CLOCK("clock", "let this machine and that server take their time from NTP"),
    PROVIDERS("providers", "make an OpenID Connect identity provider for linking (docs/operate.md)"),
    PROVIDER_USE("provider: use", "mend it if people are to link accounts of it; else leave it"),
    PROVIDER_STRATEGY(
            "provider: linking",
            "set its linking strategy in FusionAuth to 'Create a pending link'; from 1.65 on disable it for that time"),
    PROVIDER_SCOPE("provider: scope", "set its scope in FusionAuth to openid profile email offline_access"),
    PROVIDER_SIGN_IN("provider: sign-in", "keep it for linking only, and make another for sign-in"),
    PROVIDER_DISCOVERY(
            "provider: discovery",
            "correct its issuer where it is set (FusionAuth or broker.providers), and let the broker reach it"),
    PROVIDER_ENDPOINTS("provider: endpoints", "let the broker reach its endpoints"),
    PROVIDER_CLIENT(
            "provider: client",
            "set the client id and the secret that are valid at the provider (FusionAuth or broker.providers)"),
    STORE("store", "set broker.store.url, username and password to a store that the broker can open"),
    STORE_SCHEMA("store: schema", "start this broker once on it, or run the version that wrote it"),
    STORE_WRITE("store: writable", "let the broker's user write to it, and end what locks it"),
    STORE_CLOCK("store: clock", "let this machine and the database's take their time from NTP"),
    SEALING_KEYS(
            "sealing keys", "keep every key that rows are under in broker.sealing-keys, until none is (docs/store.md)"),
    UNFINISHED("finished", "mend what hangs, which the other findings may name, and ask again"),
    ASK_PKCE("ask once: PKCE", "link one account: if FusionAuth passes no verifier on, complete says so"),
    ASK_REFRESH_TOKEN("ask once: refresh token", "link one account: its state must be active, not no_refresh_token"),
    ASK_MINT("ask once: mint", "mint once for each resource that your back ends use"),
    ASK_REDIRECT_URI(
            "ask once: redirect URI",
            "begin one sign-in at each provider: it says at once if it does not know the URI"),
    ASK_SIGN_IN("ask once: sign-in page", "open your sign-in page: it must show no button of a provider for linking"),
    ASK_TOKEN("ask once: user token", "call GET /accounts once with a token of your application"),
    ASK_INTERRUPTED(
            "ask once: interrupted sign-in", "link as a user with a second factor: the account must be listed after"),
    ASK_LINK_EVENTS(
            "ask once: link events",
            "link one account, and look at user.identity-provider.link in FusionAuth's webhook log: a token in it is a secret"),
    ASK_UPSTREAM_FAILURE(
            "ask once: upstream failure",
            "link one account with a wrong client secret in FusionAuth: complete must answer authorization_failed");

    private final String label;
    private final String remedy;

    Check(String label, String remedy) {
        this.label = label;
        this.remedy = remedy;
    }

    String label() {
        return label;
    }

    String remedy() {
        return remedy;
    }
}
