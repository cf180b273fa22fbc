package io.tokenbroker.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What has happened, once or several times alike.
 *
 * @param origin of one request; a sum has none
 * @param digest of the token that was given out
 */
public record AuditEvent(
        Instant time, Deed deed, Optional<Origin> origin, Optional<String> digest, Optional<Repeated> repeated) {

    /** Pure ASCII without control characters: a name that others chose can neither end the line nor forge another. */
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final Set<String> REFUSALS =
            Stream.of(ProblemType.values()).map(ProblemType::code).collect(Collectors.toUnmodifiableSet());

    /** Of the 64 hex digits of a SHA-256: enough to find the token that one has at hand, and nothing to guess from. */
    private static final int DIGITS = 32;

    /** What one request did. */
    public static AuditEvent of(Instant time, Deed deed, Origin origin) {
        return new AuditEvent(time, deed, Optional.of(origin), Optional.empty(), Optional.empty());
    }

    static AuditEvent sum(Instant time, Deed deed, Repeated repeated) {
        return new AuditEvent(time, deed, Optional.empty(), Optional.empty(), Optional.of(repeated));
    }

    /** The same, by which this token was given out. */
    public AuditEvent withToken(Secret token) {
        return new AuditEvent(time, deed, origin, Optional.of(token.sha256Hex().substring(0, DIGITS)), repeated);
    }

    /** The event as one line of JSON, without an end of line. */
    String line() {
        var line = new StringWriter(512);
        try (var json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", text(time));
            deed.write(json);
            if (origin.isPresent()) {
                write(json, "request_id", origin.get().requestId());
                write(json, "address", origin.get().address());
            }
            write(json, "token_sha256", digest);
            if (repeated.isPresent()) {
                json.writeNumberField("count", repeated.get().count());
                json.writeStringField("since", text(repeated.get().since()));
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return line.toString();
    }

    private static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static void write(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }

    /** How often, and since when at the latest. */
    record Repeated(long count, Instant since) {}

    /** What was done, or refused. */
    public enum Action {
        START,
        LINK,
        RESOLVE,
        REAUTHORIZE,
        UNLINK,
        MINT,
        RENEW,
        READ
    }

    /**
     * Who did what to which account, and how it ended: all that several events may have in common.
     *
     * @param resource of a mint, and the scopes it was asked for with; none where there are none
     * @param outcome a token's source, another word for success, or a problem's code
     */
    public record Deed(
            Action action,
            Actor actor,
            Optional<Owned> account,
            String resource,
            List<String> scopes,
            Door door,
            String outcome) {

        private static final int LONGEST_SCOPES = 512;

        /** Stands for the scopes that are left out. */
        private static final String CUT = "...";

        public Deed {
            scopes = List.copyOf(scopes);
        }

        /** One that is no mint. */
        public static Deed of(Action action, Actor actor, Optional<Owned> account, Door door, String outcome) {
            return new Deed(action, actor, account, "", List.of(), door, outcome);
        }

        /** With no more scopes than a caller that is refused may fill a line with. */
        Deed withFewScopes() {
            var few = new ArrayList<String>();
            var room = LONGEST_SCOPES;
            for (var scope : scopes) {
                room -= scope.length();
                few.add(room < 0 ? CUT : scope);
                if (room < 0) {
                    break;
                }
            }
            return new Deed(action, actor, account, resource, few, door, outcome);
        }

        /** Without what a caller chooses, so that its sums are few. */
        Deed inBrief() {
            return of(action, actor.alone(), Optional.empty(), door, outcome);
        }

        private void write(JsonGenerator json) throws IOException {
            json.writeStringField("event", action.name().toLowerCase(Locale.ROOT));
            json.writeStringField("outcome", outcome);
            json.writeBooleanField("success", !REFUSALS.contains(outcome));
            actor.write(json);
            if (account.isPresent()) {
                account.get().write(json);
            }
            AuditEvent.write(json, "resource", Optional.of(resource).filter(text -> !text.isEmpty()));
            if (!scopes.isEmpty()) {
                json.writeFieldName("scopes");
                json.writeArray(scopes.toArray(String[]::new), 0, scopes.size());
            }
            json.writeStringField("door", door.word);
        }
    }

    /**
     * Who acted.
     *
     * @param kind a caller's role; broker for what it does of its own accord; unknown without a good credential
     * @param id a user's id, or a client's name
     * @param user whose own token the client has shown
     */
    public record Actor(String kind, Optional<String> id, Optional<UUID> user) {

        public static final Actor BROKER = new Actor("broker", Optional.empty(), Optional.empty());
        static final Actor UNKNOWN = new Actor("unknown", Optional.empty(), Optional.empty());

        public static Actor of(Caller caller) {
            var user = caller instanceof Caller.Client client ? client.user() : Optional.<UUID>empty();
            return new Actor(caller.role(), Optional.of(caller.getName()), user);
        }

        /** A client, for whichever user. */
        public static Actor client(String name) {
            return new Actor(Caller.CLIENT, Optional.of(name), Optional.empty());
        }

        /** The same, for whichever user. */
        Actor alone() {
            return new Actor(kind, id, Optional.empty());
        }

        private void write(JsonGenerator json) throws IOException {
            json.writeObjectFieldStart("caller");
            json.writeStringField("kind", kind);
            AuditEvent.write(json, "id", id);
            AuditEvent.write(json, "user_id", user.map(UUID::toString));
            json.writeEndObject();
        }
    }

    /** An account, and its owner as far as the broker knew then. */
    public record Owned(AccountId id, Optional<UUID> owner) {

        private void write(JsonGenerator json) throws IOException {
            json.writeObjectFieldStart("account");
            json.writeStringField("id", id.toString());
            AuditEvent.write(json, "owner", owner.map(UUID::toString));
            json.writeStringField("provider", id.providerId().toString());
            json.writeEndObject();
        }
    }
}
