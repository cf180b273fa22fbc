package io.tokenbroker.sandbox.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/** {@code POST /{tenant}/oauth2/v2.0/token}. */
final class EntraTokenEndpoint {

    private final Clock clock;
    private final TokenRequestLog log;
    private final EntraFaults faults;
    private final FaultReplies faultReplies;
    private final ErrorReplies errors;
    private final ClientAuthentication clients;
    private final AuthorizationCodes codes;
    private final RefreshTokens refreshTokens;
    private final Directory directory;
    private final CodeGrant codeGrant;
    private final EntraRefreshGrant refreshGrant;
    private final TokenIssuer issuer;

    EntraTokenEndpoint(
            Clock clock,
            TokenRequestLog log,
            EntraFaults faults,
            ErrorReplies errors,
            ClientAuthentication clients,
            AuthorizationCodes codes,
            RefreshTokens refreshTokens,
            Directory directory,
            Switches switches,
            TokenIssuer issuer) {
        this.clock = clock;
        this.log = log;
        this.faults = faults;
        this.faultReplies = new FaultReplies(clock, faults, errors);
        this.errors = errors;
        this.clients = clients;
        this.codes = codes;
        this.refreshTokens = refreshTokens;
        this.directory = directory;
        this.codeGrant = new CodeGrant(clock, codes, directory);
        this.refreshGrant = new EntraRefreshGrant(clock, refreshTokens, directory, switches);
        this.issuer = issuer;
    }

    Reply answer(Request request, String segment) {
        var noted = note(request, segment);
        log.add(noted);
        var met = faults.meet(noted);
        var reply = faultReplies.around(met, request, () -> work(request, segment, met));
        return reply.isDropped() ? reply : traced(reply, request);
    }

    /** @throws Refusal if the parameter is not JSON */
    static EntraClaimsRequest claims(Request request) {
        var claims = request.form().getOrDefault("claims", "");
        return claims.isEmpty() ? EntraClaimsRequest.NONE : EntraClaimsRequest.parse(claims);
    }

    static boolean wantsClientInfo(Request request) {
        return request.form().getOrDefault("client_info", "").equals("1");
    }

    private Reply work(Request request, String segment, EntraFaults.Met met) {
        try {
            return Reply.json(200, tokens(request, segment, met));
        } catch (Refusal refusal) {
            return errors.json(refusal, request);
        }
    }

    private ObjectNode tokens(Request request, String segment, EntraFaults.Met met) {
        if (!request.method().equals("POST")) {
            throw Refusal.of(900561);
        }
        var authority = Authority.of(segment).orElseThrow(() -> Refusal.of(90002));
        var grantType = request.form().getOrDefault("grant_type", "");
        if (grantType.isEmpty()) {
            throw Refusal.missing("grant_type");
        }
        var clientId = clients.authenticate(request);
        if (request.form().containsKey("resource")) {
            throw Refusal.of(901002);
        }
        return switch (grantType) {
            case "authorization_code" -> redeem(request, authority, clientId, met);
            case "refresh_token" -> refresh(request, authority, clientId, met);
            default -> throw Refusal.of(70003);
        };
    }

    private ObjectNode redeem(Request request, Authority authority, String clientId, EntraFaults.Met met) {
        var code = codeGrant.check(request, authority, clientId);
        var order = codeGrant.order(request, code);
        issuer.checkAllowed(order);
        codeGrant.redeem(code);
        return issuer.issue(order, met);
    }

    private ObjectNode refresh(Request request, Authority authority, String clientId, EntraFaults.Met met) {
        var token = refreshGrant.check(request, clientId);
        var order = refreshGrant.order(request, authority, token);
        issuer.checkAllowed(order);
        refreshGrant.use(token);
        return issuer.issue(order, met);
    }

    /** Reads leniently: a request that will be refused is noted, too, and may meet a fault first. */
    private TokenRequest note(Request request, String segment) {
        var form = request.form();
        var grant = refreshTokens
                .find(form.getOrDefault("refresh_token", ""))
                .map(RefreshToken::grant)
                .or(() -> codes.find(form.getOrDefault("code", "")).map(AuthorizationCode::grant));
        return new TokenRequest(
                clock.instant(),
                tenant(segment, grant),
                form.getOrDefault("grant_type", ""),
                grant.map(Grant::email).orElse(""),
                resource(form.getOrDefault("scope", ""), grant),
                request.headers(),
                form);
    }

    private String tenant(String segment, Optional<Grant> grant) {
        return Authority.of(segment)
                .flatMap(authority -> grant.flatMap(known -> directory.find(known.email()))
                        .flatMap(authority::tenantOf)
                        .map(Tenant::id)
                        .or(() -> Optional.of(authority.id())))
                .orElse(segment);
    }

    private static String resource(String scope, Optional<Grant> grant) {
        try {
            var scopes = scope.isEmpty() ? grant.map(Grant::scopes) : Optional.of(ScopeRequest.parse(scope));
            return scopes.map(known -> known.first().resource().id()).orElse("");
        } catch (Refusal unintelligible) {
            return "";
        }
    }

    private static Reply traced(Reply reply, Request request) {
        var traced = reply.with("Cache-Control", "no-store, no-cache")
                .with("Pragma", "no-cache")
                .with("x-ms-request-id", UUID.randomUUID().toString())
                .with("x-ms-ests-server", "2.1.0 - STANDIN");
        var echo = request.header("return-client-request-id")
                .filter("true"::equalsIgnoreCase)
                .flatMap(yes -> request.header("client-request-id"));
        return echo.map(id -> traced.with("client-request-id", id)).orElse(traced);
    }
}
