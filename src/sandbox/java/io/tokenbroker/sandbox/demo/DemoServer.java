package io.tokenbroker.sandbox.demo;

import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;

/** Serves the demo's pages on an origin of their own, and plays the application's back end under {@code /backend}. */
public final class DemoServer extends HttpStandIn {

    private final BackEnd backEnd;
    private final Map<String, String> config;
    private final String contentSecurityPolicy;

    /**
     * @param port where to listen; the broker must allow {@code http://localhost:<port>} as an origin and
     *     {@code http://localhost:<port>/callback} as a redirect URI
     * @param resourceManager where the back end changes something in Azure
     * @param applicationId the FusionAuth application that users sign in to
     * @param brokerClientKey the broker key of the back end; it never reaches a browser
     */
    public DemoServer(
            int port, URI broker, URI fusionAuth, URI resourceManager, String applicationId, String brokerClientKey) {
        this(
                new InetSocketAddress("localhost", port),
                new BackEnd(broker, resourceManager, brokerClientKey),
                broker,
                fusionAuth,
                applicationId);
    }

    /**
     * @param broker where browsers find it; the back end may have another way to it
     * @param fusionAuth where browsers find it
     */
    DemoServer(InetSocketAddress address, BackEnd backEnd, URI broker, URI fusionAuth, String applicationId) {
        super(address);
        this.backEnd = backEnd;
        config = Map.of(
                "broker_url", broker.toString(),
                "fusionauth_url", fusionAuth.toString(),
                "application_id", applicationId);
        contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                + "connect-src 'self' %s %s; ".formatted(origin(broker), origin(fusionAuth))
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
    }

    @Override
    protected Reply answer(Request request) {
        return switch (request.path()) {
            case "/config.json" -> only("GET", request, Reply.json(200, config));
            case "/backend/accounts" -> fromThisPage("GET", request, backEnd::accounts);
            case "/backend/mint" -> fromThisPage("POST", request, backEnd::mint);
            case "/backend/change" -> fromThisPage("POST", request, backEnd::change);
            default -> page(request);
        };
    }

    private Reply page(Request request) {
        return PageFile.at(request.path())
                .map(file -> only("GET", request, Reply.of(200, file.contentType(), file.text())))
                .orElseGet(() -> guarded(Reply.of(404, "text/plain;charset=utf-8", "Nothing is here.")));
    }

    /** Another site's page must not make the browser mint here: browsers name the sender, other programs need not. */
    private Reply fromThisPage(String method, Request request, Endpoint endpoint) {
        var sender = request.header("Sec-Fetch-Site").orElse("none");
        if (!sender.equals("same-origin") && !sender.equals("none")) {
            return guarded(Problems.reply(403, "forbidden", "Only the demo's own page may ask this."));
        }
        return request.method().equals(method) ? guarded(endpoint.answer(request)) : notAllowed(method);
    }

    private Reply only(String method, Request request, Reply reply) {
        var allowed = request.method().equals(method) || request.method().equals("HEAD");
        return allowed ? guarded(reply) : notAllowed(method);
    }

    private Reply notAllowed(String method) {
        return guarded(
                Problems.reply(405, "method_not_allowed", "Use " + method + ".").with("Allow", method));
    }

    /** The callback's address holds a code: it must not be stored, nor leave as a referrer. */
    private Reply guarded(Reply reply) {
        return reply.with("Content-Security-Policy", contentSecurityPolicy)
                .with("Referrer-Policy", "no-referrer")
                .with("X-Content-Type-Options", "nosniff")
                .with("Cross-Origin-Resource-Policy", "same-origin")
                .with("Cache-Control", "no-store");
    }

    private static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    @FunctionalInterface
    private interface Endpoint {
        Reply answer(Request request);
    }
}
