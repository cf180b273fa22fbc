package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.AnswerCheck;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A FusionAuth with one default tenant, one application (a public client) and two people, ready to {@link #start()}.
 * What a test sees and does from inside is here, the same by HTTP under {@code /_sandbox/}.
 */
public final class FusionAuthStandIn extends HttpStandIn {

    public static final UUID TENANT_ID = UUID.fromString("30663132-6464-6665-3032-326466613934");

    /** The application; also its client id. */
    public static final UUID APPLICATION_ID = UUID.fromString("a99c0de0-5a9d-4b0c-8b0a-0a1b2c3d4e5f");

    public static final UUID ALICE_ID = UUID.fromString("a11ce000-0000-4000-8000-000000000001");
    public static final String ALICE = "a@example.com";

    /** Another person, to whom what is Alice's is foreign. */
    public static final UUID ZOE_ID = UUID.fromString("20e00000-0000-4000-8000-000000000026");

    public static final String ZOE = "z@example.com";
    public static final String PASSWORD = "password";

    /** What docs/operate.md gives a broker's key, and no more. */
    public static final Map<String, Set<String>> BROKER_PERMISSIONS = Map.of(
            FusionAuthLinkApi.PATH, Set.of("GET", "POST", "DELETE"),
            FusionAuthPendingLinkApi.PATH, Set.of("GET"),
            FusionAuthIdentityProviderApi.PATH, Set.of("GET"),
            FusionAuthUserApi.PATH, Set.of("GET"));

    public static final String BROKER_API_KEY = "sandbox-broker-key-0rTqYbW5sVn3xKcJ8fHgLw2d";

    /** May search users too, for {@code keep-alive --discover}. */
    public static final String DISCOVERY_API_KEY = "sandbox-discovery-key-9hTzWbE2kUi5vCoR8yMqLs3f";

    /** May do everything. */
    public static final String ADMIN_API_KEY = "sandbox-admin-key-7mPzUeA1kRi9vBoT4yGqXs6c";

    private final State state;
    private final Routes routes;
    private final Control control;
    private volatile Consumer<Request> before = request -> {};
    private volatile BiConsumer<Request, Reply> after = (request, reply) -> {};

    /** @param port where to listen; 0 takes any free port */
    public FusionAuthStandIn(int port) {
        this(port, State::ready);
        putPeopleAndKeys();
    }

    /** One as an installation begins, without people, keys and application: for a {@link Kickstart}. */
    public static FusionAuthStandIn fresh(int port) {
        return new FusionAuthStandIn(port, State::fresh);
    }

    private FusionAuthStandIn(int port, Function<URI, State> begin) {
        super(port);
        state = begin.apply(url());
        routes = new Routes(state);
        control = new Control(this, state);
    }

    private void putPeopleAndKeys() {
        addUser(User.of(ALICE_ID, TENANT_ID, ALICE, "Alice", state.now()));
        addUser(User.of(ZOE_ID, TENANT_ID, ZOE, "Zoe", state.now()));
        addApiKey(new ApiKey(ADMIN_API_KEY, null, Map.of()));
        addApiKey(new ApiKey(BROKER_API_KEY, null, BROKER_PERMISSIONS));
        var discovery = new HashMap<>(BROKER_PERMISSIONS);
        discovery.put(UserSearch.PATH, Set.of("POST"));
        addApiKey(new ApiKey(DISCOVERY_API_KEY, null, discovery));
    }

    @Override
    protected Reply answer(Request received) {
        var request = Routes.effective(received);
        if (request.path().startsWith(Control.PATH)) {
            return control.answer(request);
        }
        request.header("authorization").ifPresent(Secrets::note);
        state.traffic.arrived(request);
        before.accept(request);
        var reply = suffered(request);
        state.traffic.answered(request, reply.status());
        after.accept(request, reply);
        return reply;
    }

    private Reply suffered(Request request) {
        try {
            return state.faults.suffer(request, Identities.of(request, state), () -> checked(request));
        } catch (Refusal closing) {
            return closing.reply();
        }
    }

    private Reply checked(Request request) {
        var reply = routes.answer(request);
        AnswerCheck.ALL.forEach(check -> check.check(request, reply));
        return reply;
    }

    /** What tokens say in {@code iss}: this server's URL until set. */
    public String issuer() {
        return state.issuer();
    }

    public void issuer(String issuer) {
        state.issuer(issuer);
    }

    /** Registers a redirect URI, compared to the letter, for signing in and out. */
    public void allowRedirect(String uri) {
        state.application.allowRedirect(uri);
    }

    /** A further tenant; from then on requests have to say which they mean. */
    public void addTenant(UUID tenant) {
        state.access.addTenant(tenant);
    }

    public void addApiKey(ApiKey key) {
        state.access.add(key);
    }

    /** Every key there is. */
    public List<ApiKey> apiKeys() {
        return state.access.keys();
    }

    public void revokeApiKey(String key) {
        state.access.remove(key);
    }

    /** Adds a user who is registered for the application and whose password is {@link #PASSWORD}. */
    public User addUser(String email, String displayName) {
        return addUser(User.of(UUID.randomUUID(), TENANT_ID, email, displayName, state.now()));
    }

    private User addUser(User user) {
        return putUser(user.withPassword(PASSWORD).registeredFor(APPLICATION_ID, List.of()));
    }

    /** Adds or replaces a user as given. */
    public User putUser(User user) {
        return state.users.put(user);
    }

    public Optional<User> user(UUID id) {
        return state.users.find(id);
    }

    public List<User> users() {
        return state.users.all();
    }

    /** Deactivates or reactivates a user, unless the receiver of webhooks objects; whether it was done. */
    public boolean activate(UUID id, boolean active) {
        return changed(id, active ? "user.reactivate" : "user.deactivate", user -> user.withActive(active));
    }

    /** Takes a user off all applications, unless the receiver of webhooks objects; whether it was done. */
    public boolean unregister(UUID id) {
        return changed(id, "user.registration.delete", User::unregistered);
    }

    private boolean changed(UUID id, String event, UnaryOperator<User> change) {
        var user = state.users.find(id).orElseThrow();
        var mayChange = state.webhooks.deliver(state.webhooks.ofUser(event, user));
        return mayChange && state.users.update(id, change).isPresent();
    }

    /** What tells the broker of changes. */
    public Webhooks webhooks() {
        return state.webhooks;
    }

    /** Deletes a user and the user's links, which tells of the user alone. */
    public void removeUser(UUID id) {
        var user = state.users.find(id);
        if (user.isPresent() && !state.webhooks.deliver(state.webhooks.ofUser("user.delete", user.get()))) {
            return;
        }
        state.users.remove(id);
        state.links.all().stream()
                .filter(link -> link.userId().equals(id))
                .forEach(link -> state.links.remove(Links.Key.of(link), id));
    }

    /** An OpenID Connect provider made for linking: enabled for the application, registers nobody. Not added yet. */
    public static IdentityProvider linkingProvider(String name, String issuer, String clientId, String clientSecret) {
        return IdentityProvider.openIdConnect(name, issuer, clientId, clientSecret)
                .forApplication(APPLICATION_ID, true, false);
    }

    /** Adds or replaces a provider, without asking its issuer. */
    public IdentityProvider addProvider(IdentityProvider provider) {
        return state.providers.put(provider);
    }

    public void removeProvider(UUID id) {
        state.providers.remove(id);
    }

    public List<IdentityProvider> providers() {
        return state.providers.all();
    }

    /** Every link there is. */
    public List<Link> links() {
        return state.links.all();
    }

    /** The link of an identity in the default tenant. */
    public Optional<Link> link(UUID providerId, String identity) {
        return state.links.find(new Links.Key(TENANT_ID, providerId, identity));
    }

    /** Writes a link as if a login had made it. */
    public Link addLink(UUID userId, UUID providerId, String identity, String displayName, @Nullable String token) {
        return putLink(new Link(TENANT_ID, providerId, identity, userId, displayName, token, state.now(), state.now()));
    }

    /** Writes a link as given, over any other of that identity. */
    public Link putLink(Link link) {
        return state.links.put(link);
    }

    public void removeLink(UUID providerId, String identity) {
        link(providerId, identity)
                .flatMap(link -> state.links.remove(Links.Key.of(link), link.userId()))
                .ifPresent(
                        link -> state.webhooks.deliver(state.webhooks.ofLink("user.identity-provider.unlink", link)));
    }

    /** How long a pending link lives, an hour until set. */
    public void pendingLifetime(Duration lifetime) {
        state.pendingLinks.lifetime(lifetime);
    }

    /** Mixes up what waits to be linked, as no FusionAuth should. */
    public void movePendingLinks(UUID providerId) {
        state.pendingLinks.move(providerId);
    }

    /** How long a provider may take to answer, ten seconds until set. */
    public void upstreamTimeout(Duration timeout) {
        state.discovery.http().timeout(timeout);
    }

    /** A good access token of a user. */
    public String accessToken(UUID userId) {
        return issueToken(userId, good -> {});
    }

    /** A token that begins as Alice's good access token and is then changed, for better or worse. */
    public String issueToken(Consumer<TokenRecipe> changes) {
        return issueToken(ALICE_ID, changes);
    }

    public String issueToken(UUID userId, Consumer<TokenRecipe> changes) {
        var recipe = state.tokens.access(
                state.users.find(userId).orElseThrow(), "openid email profile", "PASSWORD", state.now());
        changes.accept(recipe);
        return state.tokens.sign(recipe);
    }

    /** Signs with a new RSA key from now on; the old ones stay published. */
    public void rotateKey() {
        rotateKey("RS256");
    }

    /** Signs with a new key of {@code RS256} or {@code ES256} from now on. */
    public void rotateKey(String algorithm) {
        state.signingKeys.rotate(algorithm);
    }

    /** Unpublishes all keys but the one in use. */
    public void dropOldKeys() {
        state.signingKeys.dropOld();
    }

    /** While down, the JWKS answers 503. */
    public void jwksOutage(boolean down) {
        state.signingKeys.outage(down);
    }

    /** While so, the JWKS is empty, as of a tenant that signs by HMAC. */
    public void hmacOnly(boolean isSo) {
        state.signingKeys.hmacOnly(isSo);
    }

    /** While so, the application signs by HMAC, and the JWKS has the keys of others. */
    public void applicationByHmac(boolean isSo) {
        state.signingKeys.applicationByHmac(isSo);
    }

    /** While so, the application has the JWT configuration of its tenant: no key is told of it, and it signs by the same. */
    public void applicationInheritsKeys(boolean isSo) {
        state.application.inheritKeys(isSo);
    }

    /** What it says of itself to a key that may ask. */
    public void version(String version) {
        state.version(version);
    }

    public int jwksRequests() {
        return count("GET", WellKnown.JWKS);
    }

    public Switches switches() {
        return state.switches;
    }

    public SettableClock clock() {
        return state.clock;
    }

    public void fault(FusionAuthFault fault) {
        state.faults.add(fault);
    }

    public void clearFaults() {
        state.faults.clear();
    }

    /** How many requests have met {@link FusionAuthFault.Kind#HANG} and hang now. */
    public int hanging() {
        return state.faults.hanging();
    }

    /** Runs on the thread of each request before it is looked at; may block, to let others go first. */
    public void before(Consumer<Request> callback) {
        before = callback;
    }

    /** Runs on the thread of each request when its work is done and its answer not yet sent. */
    public void after(BiConsumer<Request, Reply> callback) {
        after = callback;
    }

    /** The latest requests that were answered, the newest last. */
    public List<Request> requests() {
        return state.traffic.recent().stream().map(Traffic.Exchange::request).toList();
    }

    /** How many requests arrived; ids at the end of a path are {@code *}. */
    public int count(String method, String path) {
        return state.traffic.counts().getOrDefault(method + " " + path, 0);
    }

    /** Every count, by {@code METHOD /path}. */
    public Map<String, Integer> counts() {
        return state.traffic.counts();
    }

    /** Forgets links, codes, faults, switches, requests, hooks and time travel; users, providers and keys stay. */
    public void reset() {
        before = request -> {};
        after = (request, reply) -> {};
        state.reset();
    }
}
