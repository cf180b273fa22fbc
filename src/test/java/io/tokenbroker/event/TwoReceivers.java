package io.tokenbroker.event;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.receiver.EventReceiver;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.OverSandbox;
import java.util.HashMap;
import java.util.Map;

/**
 * A broker with two receivers of events, small caches and no keep-alive. One client may ask seldom, and one provider's
 * refresh tokens work once: so each alert can be provoked on it.
 */
public final class TwoReceivers extends OverSandbox {

    public static final ClientKey SELDOM = ClientKey.of("seldom");

    static final String SECRET = "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLXJlY2VpdmVycw==";
    private static final String OLD_SECRET = "whsec_dGhlLXNlY3JldC1vZi10aGUtcmVjZWl2ZXItYmVmb3Jl";

    public static final EventReceiver OPERATIONS = new EventReceiver(0, SECRET, event -> {});
    static final EventReceiver HELP_DESK = new EventReceiver(0, OLD_SECRET, event -> {});

    public TwoReceivers() {
        super(settings());
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<String, String>();
        settings.put("broker.keep-alive.rate", "0");
        settings.put("broker.memory.caches", "1M");
        settings.put("broker.events.operations.url", OPERATIONS.url() + "/events");
        settings.put("broker.events.operations.secret", SECRET);
        settings.put("broker.events.help-desk.url", HELP_DESK.url() + "/?from=broker");
        settings.put("broker.events.help-desk.secret", SECRET + "," + OLD_SECRET);
        settings.put("broker.events.help-desk.types", "account.reauthorization_required,account.recovered");
        settings.put("broker.providers.\"" + Sandbox.ADATUM + "\".rotation", "single-use");
        settings.putAll(SELDOM.settings(Map.of("providers", "*", "resources", "*", "requests-per-minute", "2")));
        return settings;
    }

    /** Both take what comes, and have got nothing yet. */
    public static void forget() {
        OPERATIONS.forget();
        HELP_DESK.forget();
    }
}
