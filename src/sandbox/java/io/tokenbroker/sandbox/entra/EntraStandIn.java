package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * An Entra ID to test against. Its parts are its Java API; everything they do takes effect at once and is safe to call
 * while requests are under way.
 */
public final class EntraStandIn extends HttpStandIn {

    private final String base = url().toString();
    private final SettableClock clock = new SettableClock();
    private final Switches switches = new Switches();
    private final EntraFaults faults = new EntraFaults();
    private final Consents consents = new Consents();
    private final Policies policies = new Policies();
    private final Directory directory = new Directory(consents);
    private final AuthorizationCodes codes = new AuthorizationCodes();
    private final RefreshTokens refreshTokens = new RefreshTokens();
    private final Sessions sessions = new Sessions();
    private final TokenRequestLog log = new TokenRequestLog();
    private final SigningKey key = new SigningKey();
    private final AccessTokens accessTokens = new AccessTokens(key, clock, base);
    private final ErrorReplies errors = new ErrorReplies(clock, base);
    private final EntraDiscovery discovery = new EntraDiscovery(base, key, switches);
    private final Graph graph = new Graph(accessTokens, directory);
    private final ResourceManager resourceManager = new ResourceManager(accessTokens, switches, base);
    private final Control control = new Control(this);
    private final AppRegistration app;

    /** Shared by token requests under way: a reset waits for them, so that none is answered by half of each state. */
    private final ReadWriteLock underWay = new ReentrantReadWriteLock();

    private final AuthorizeEndpoint authorize;
    private final EntraTokenEndpoint token;

    /** @param port where to listen; 0 takes any free port */
    public EntraStandIn(int port) {
        this(port, IssuedSecrets.fresh("entra-secret-"));
    }

    /** @param clientSecret the app's first secret */
    public EntraStandIn(int port, String clientSecret) {
        super(port);
        app = new AppRegistration(clock, clientSecret);
        authorize = new AuthorizeEndpoint(clock, base, app, directory, consents, policies, codes, sessions, switches);
        token = new EntraTokenEndpoint(
                clock,
                log,
                faults,
                errors,
                new ClientAuthentication(app),
                codes,
                refreshTokens,
                directory,
                switches,
                new TokenIssuer(clock, consents, policies, accessTokens, refreshTokens, directory));
    }

    /** The time by which everything here expires. */
    public SettableClock clock() {
        return clock;
    }

    public Directory directory() {
        return directory;
    }

    public AppRegistration app() {
        return app;
    }

    public Consents consents() {
        return consents;
    }

    public Policies policies() {
        return policies;
    }

    public EntraFaults faults() {
        return faults;
    }

    public Switches switches() {
        return switches;
    }

    /** The latest token requests, oldest first, secrets and all. */
    public List<TokenRequest> tokenRequests() {
        return log.latest();
    }

    /** How many token requests there were by grant, user and resource, refused ones too. */
    public List<TokenRequestCount> tokenRequestCounts() {
        return log.counts();
    }

    /** How many refresh grants came for a person, refused ones too. */
    public long refreshes(String email) {
        return log.count(count -> count.isRefreshFor(email));
    }

    /** The same for one resource. */
    public long refreshes(String email, String resource) {
        var id = Resource.find(resource).map(Resource::id).orElse(resource);
        return log.count(count -> count.isRefreshFor(email) && count.resource().equals(id));
    }

    /** How many refresh grants came for everyone together. */
    public long refreshes() {
        return log.count(TokenRequestCount::isRefresh);
    }

    public RefreshTokenCounts refreshTokenCounts() {
        return refreshTokens.counts();
    }

    /** What a token is, of whatever kind. */
    public Introspection introspect(String token) {
        return refreshTokens
                .find(token)
                .map(this::describe)
                .or(() -> accessTokens.introspect(token))
                .orElse(Introspection.UNKNOWN);
    }

    /** As whom the app registration knows a person of a tenant: the subject of its tokens. */
    public String subject(Tenant tenant, String email) {
        var objectId = directory.user(email).objectId(tenant).orElseThrow();
        return AccessTokens.pairwise(AppRegistration.CLIENT_ID, tenant.id(), objectId);
    }

    /**
     * Signs a person in without asking and returns where the browser would go, code and state included.
     *
     * @throws IllegalStateException if the answer is no redirect
     */
    public URI signIn(String authorizeUrl, String email) {
        return ScriptedSignIn.at(authorizeUrl, email);
    }

    /** Back to the state after start. Redirect URIs and the first client secret stay. */
    public void reset() {
        faults.clear();
        underWay.writeLock().lock();
        try {
            clock.reset();
            switches.reset();
            consents.reset();
            policies.reset();
            directory.reset();
            codes.reset();
            refreshTokens.reset();
            sessions.reset();
            log.reset();
            app.reset();
        } finally {
            underWay.writeLock().unlock();
        }
    }

    @Override
    protected Reply answer(Request request) {
        var path = request.path();
        if (path.startsWith(Control.PATH)) {
            return control.answer(request);
        }
        if (path.startsWith("/graph/")) {
            return graph.answer(request);
        }
        if (path.startsWith("/arm/")) {
            return resourceManager.answer(request);
        }
        var segment = path.substring(1).split("/", 2);
        return segment.length == 2
                ? answer(request, segment[0], segment[1])
                : Reply.html(200, Pages.message("It runs", "Sign-in pages are at /{tenant}/oauth2/v2.0/authorize."));
    }

    private Reply answer(Request request, String segment, String rest) {
        return switch (rest) {
            case "oauth2/v2.0/token" -> token(request, segment);
            case "oauth2/v2.0/authorize" -> authorize.answer(request, segment);
            case "oauth2/v2.0/logout" -> logout(request);
            case "v2.0/.well-known/openid-configuration" ->
                published(request, segment, authority -> discovery.configuration(segment, authority));
            case "discovery/v2.0/keys" -> published(request, segment, discovery::keys);
            default -> Reply.html(404, Pages.error("There is no " + request.path()));
        };
    }

    private Reply token(Request request, String segment) {
        underWay.readLock().lock();
        try {
            return token.answer(request, segment);
        } finally {
            underWay.readLock().unlock();
        }
    }

    private Reply published(Request request, String segment, Function<Authority, Reply> document) {
        return Authority.of(segment).map(document).orElseGet(() -> errors.json(Refusal.of(90002), request));
    }

    private Reply logout(Request request) {
        sessions.end(request);
        return Reply.html(200, Pages.message("Signed out", "You signed out of your account."));
    }

    private Introspection describe(RefreshToken found) {
        var grant = found.grant();
        var alive = directory
                .find(grant.email())
                .filter(user -> user.enabled() && user.sessionEpoch() == grant.sessionEpoch())
                .isPresent();
        return new Introspection(
                alive && found.usableAt(clock.instant()),
                "refresh_token",
                grant.email(),
                "",
                grant.scopes().first().audience(),
                String.join(" ", grant.scopes().openId()),
                found.issued(),
                found.expires(),
                found.uses().get());
    }
}
