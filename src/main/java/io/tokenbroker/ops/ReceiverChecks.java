package io.tokenbroker.ops;

import io.tokenbroker.event.Receivers.ReceiverRules;
import io.tokenbroker.settings.EventSettings;
import java.util.regex.Pattern;

/** Whether the settings of one receiver of events can work. */
final class ReceiverChecks {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private final String name;
    private final String key;
    private final EventSettings receiver;
    private final Faults faults;

    ReceiverChecks(String name, EventSettings receiver, Faults faults) {
        this.name = name;
        this.key = "broker.events." + name;
        this.receiver = receiver;
        this.faults = faults;
    }

    /** No message repeats a secret. */
    void check() {
        faults.require(
                NAME.matcher(name).matches(),
                key + ":",
                "the name must be letters, digits, - and _, 64 at most, such as operations");
        var url = receiver.url();
        faults.require(
                url.getHost() != null
                        && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                        && url.getRawUserInfo() == null
                        && url.getRawFragment() == null,
                key + ".url",
                "must be an absolute https URL without user name and fragment");
        faults.require(
                receiver.secret().stream().allMatch(ReceiverRules::isSecret),
                key + ".secret",
                "must be whsec_ and the base64 of 24 to 64 bytes");
        faults.requireEach(receiver.types(), ReceiverRules::isType, key + ".types", "is no type of event");
    }
}
