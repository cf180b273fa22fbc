package io.tokenbroker.fusionauth;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.Interference;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Something before FusionAuth sends the broker elsewhere, where its API key and the code must not go. */
@QuarkusTest
class RedirectTest extends LinkingTest {

    private final Elsewhere elsewhere = new Elsewhere();

    @AfterEach
    void stop() {
        sandbox().fusionAuth().suffer(Interference.NONE);
        elsewhere.close();
    }

    @Test
    void theApiKeyGoesNowhereElse() {
        redirect("/api/identity-provider/link");

        problem(Broker.alice().get("/accounts"), 502, "upstream_error")
                .body(json("detail", containsString("broker.fusionauth.url")));

        assertThat(elsewhere.requests).isEmpty();
    }

    @Test
    void norDoesTheCode() {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        redirect("/api/identity-provider/login");

        problem(Broker.complete(Broker.alice(), callback), 502, "upstream_error");

        assertThat(elsewhere.requests).isEmpty();
    }

    private void redirect(String path) {
        elsewhere.start();
        sandbox()
                .fusionAuth()
                .suffer((request, work) ->
                        request.path().equals(path) ? Reply.redirect(elsewhere.url() + path) : work.get());
    }

    private static final class Elsewhere extends HttpStandIn {

        private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

        Elsewhere() {
            super(0);
        }

        @Override
        protected Reply answer(Request request) {
            requests.add(request);
            return Reply.json(200, Map.of());
        }
    }
}
