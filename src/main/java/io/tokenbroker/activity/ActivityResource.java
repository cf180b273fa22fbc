package io.tokenbroker.activity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.account.VisibleAccounts;
import io.tokenbroker.activity.ActivityTable.Cursor;
import io.tokenbroker.activity.ActivityTable.Row;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A user reads who has used an account of theirs; a client what it has done itself. */
@Path("/accounts")
@Metered
@RunOnVirtualThread
class ActivityResource {

    private final VisibleAccounts accounts;
    private final Uses uses;
    private final ActivityTable table;
    private final SecurityIdentity identity;
    private final Clock clock;

    ActivityResource(VisibleAccounts accounts, Uses uses, ActivityTable table, SecurityIdentity identity, Clock clock) {
        this.accounts = accounts;
        this.uses = uses;
        this.table = table;
        this.identity = identity;
        this.clock = clock;
    }

    @GET
    @Path("/{id}/activity")
    @RolesAllowed({Caller.USER, Caller.CLIENT})
    public Activity read(
            @PathParam("id") String id,
            @QueryParam("user_id") @Nullable String userId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @Nullable String after) {
        var caller = Caller.of(identity);
        var page = Page.of(limit, after);
        var link = accounts.require(caller, id, userId);
        var own = Optional.of(caller).filter(Caller.Client.class::isInstance).map(Caller::getName);
        uses.write();
        try {
            return Activity.of(table.page(link, own, clock.instant(), page.after(), page.most() + 1), page.most());
        } catch (StoreUnavailable away) {
            throw new BrokerException(
                            ProblemType.STORE_UNAVAILABLE,
                            "The store does not answer, and only it knows who has used the account. Try again soon.")
                    .withRetryAfter(Duration.ofSeconds(5));
        }
    }

    /** @param next where the next page begins; none behind the last */
    record Activity(List<Row> activity, @Nullable String next) {

        static Activity of(List<Row> found, int most) {
            var rows = found.subList(0, Math.min(most, found.size()));
            return new Activity(
                    rows, found.size() > most ? Page.text(rows.getLast().cursor()) : null);
        }
    }

    /** Which part of the rows. */
    private record Page(Cursor after, int most) {

        private static final int USUAL = 100;

        /** In none of the parts. */
        private static final String BETWEEN = "\n";

        static Page of(@Nullable String limit, @Nullable String after) {
            return new Page(after == null ? Cursor.FIRST : cursor(after), limit == null ? USUAL : most(limit));
        }

        static String text(Cursor cursor) {
            var parts = String.join(
                    BETWEEN,
                    String.valueOf(cursor.lastAt()),
                    cursor.client(),
                    cursor.resource(),
                    cursor.door(),
                    cursor.outcome());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(parts.getBytes(UTF_8));
        }

        private static Cursor cursor(String text) {
            try {
                var parts = new String(Base64.getUrlDecoder().decode(text), UTF_8).split(BETWEEN, 6);
                if (parts.length == 5) {
                    return new Cursor(Long.parseLong(parts[0]), parts[1], parts[2], parts[3], parts[4]);
                }
            } catch (IllegalArgumentException notOurs) {
                // Said below.
            }
            throw BrokerException.invalidField("after", "must be the next of the page before");
        }

        private static int most(String text) {
            if (!text.matches("[1-9][0-9]{0,3}") || Integer.parseInt(text) > ActivityTable.ROWS_OF_AN_ACCOUNT) {
                throw BrokerException.invalidField("limit", "must be 1 to 1000");
            }
            return Integer.parseInt(text);
        }
    }
}
