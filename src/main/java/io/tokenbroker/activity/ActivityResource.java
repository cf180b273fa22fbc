package io.tokenbroker.activity;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.account.VisibleAccounts;
import io.tokenbroker.activity.ActivityTable.Cursor;
import io.tokenbroker.activity.ActivityTable.Row;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A user reads who has used an account of theirs; a client what it has done itself. */
@Path("/accounts")
@Metered
@RunOnVirtualThread
class ActivityResource {

    private static final String CURSOR = "activity-cursor";
    private static final int USUAL = 100;

    private final VisibleAccounts accounts;
    private final Uses uses;
    private final ActivityTable table;
    private final Sealer sealer;
    private final SecurityIdentity identity;
    private final Clock clock;

    ActivityResource(
            VisibleAccounts accounts,
            Uses uses,
            ActivityTable table,
            Sealer sealer,
            SecurityIdentity identity,
            Clock clock) {
        this.accounts = accounts;
        this.uses = uses;
        this.table = table;
        this.sealer = sealer;
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
        var most = limit == null ? USUAL : most(limit);
        var begin = after == null ? Cursor.FIRST : opened(after);
        var link = accounts.require(caller, id, userId);
        var own = Optional.of(caller).filter(Caller.Client.class::isInstance).map(Caller::getName);
        uses.writeToRead(AccountId.of(link));
        try {
            return page(table.page(link, own, clock.instant(), begin, most + 1), most);
        } catch (StoreUnavailable away) {
            throw new BrokerException(
                            ProblemType.STORE_UNAVAILABLE,
                            "The store does not answer, and only it knows who has used the account. Try again soon.")
                    .withRetryAfter(Duration.ofSeconds(5));
        }
    }

    private Activity page(List<Row> found, int most) {
        if (found.size() <= most) {
            return new Activity(found, null);
        }
        var rows = found.subList(0, most);
        return new Activity(rows, sealer.seal(CURSOR, rows.getLast().cursor()));
    }

    /** Sealed, for its parts go into a statement: only those that a row had do. */
    private Cursor opened(String after) {
        return sealer.open(CURSOR, after, Cursor.class)
                .orElseThrow(() -> BrokerException.invalidField(
                        "after", "must be the next of the page before; leave it out to begin anew"));
    }

    private static int most(String limit) {
        if (!limit.matches("[1-9][0-9]{0,3}") || Integer.parseInt(limit) > ActivityTable.ROWS_OF_AN_ACCOUNT) {
            throw BrokerException.invalidField("limit", "must be 1 to 1000");
        }
        return Integer.parseInt(limit);
    }

    /** @param next where the next page begins; none behind the last */
    record Activity(List<Row> activity, @Nullable String next) {}
}
