package io.tokenbroker.activity;

import io.tokenbroker.activity.Use.UsedLink;
import java.time.Instant;
import java.util.Comparator;

/**
 * Uses of one kind, to be added to their row.
 *
 * @param account of the use, as text
 */
record Addition(String account, Use use, Times times) {

    /** The same at all replicas: otherwise two could wait for each other's rows. */
    static final Comparator<Addition> ORDER = Comparator.comparing(Addition::account)
            .thenComparing(addition -> addition.use.client())
            .thenComparing(addition -> addition.use.resource())
            .thenComparing(addition -> addition.use.door().word)
            .thenComparing(addition -> addition.use.outcome())
            .thenComparing(
                    addition -> addition.use.link().map(UsedLink::linkedAt).orElse(Instant.EPOCH))
            .thenComparing(addition ->
                    addition.use.link().map(link -> link.owner().toString()).orElse(""));

    private static final String ADD = "INSERT INTO activity"
            + " (account_id, user_id, linked_at, client, resource, door, outcome, uses, first_at, last_at) ";

    /** Replicas share a row, and one may write later what happened earlier. */
    private static final String TO_WHAT_IS_THERE = """
             ON CONFLICT (account_id, user_id, linked_at, client, resource, door, outcome) DO UPDATE SET
                uses = activity.uses + excluded.uses,
                first_at = CASE WHEN excluded.first_at < activity.first_at THEN excluded.first_at ELSE activity.first_at END,
                last_at = CASE WHEN excluded.last_at > activity.last_at THEN excluded.last_at ELSE activity.last_at END""";

    private static final String OF_LINK = ADD + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" + TO_WHAT_IS_THERE;

    /** The link there is now may be of a later owner, who must not see what was before. */
    private static final String OF_GRANT = ADD
            + "SELECT account_id, user_id, linked_at, ?, ?, ?, ?, ?, ?, ?"
            + " FROM grants WHERE account_id = ? AND linked_at <= ?" + TO_WHAT_IS_THERE;

    static Addition of(Use use, Times times) {
        return new Addition(use.account().toString(), use, times);
    }

    String sql() {
        return use.link().isPresent() ? OF_LINK : OF_GRANT;
    }

    Object[] values() {
        var of = new Object[] {use.client(), use.resource(), use.door().word, use.outcome()};
        var when = new Object[] {times.count, times.first.toEpochMilli(), times.last.toEpochMilli()};
        return use.link()
                .map(link -> new Object[] {
                    account, link.owner().toString(), link.linkedAt().toEpochMilli(), of, when
                })
                .orElseGet(() -> new Object[] {of, when, account, times.first.toEpochMilli()});
    }

    /** How often a use was seen, and when. */
    record Times(long count, Instant first, Instant last) {

        Times plus(Times more) {
            return new Times(
                    count + more.count,
                    first.isBefore(more.first) ? first : more.first,
                    last.isAfter(more.last) ? last : more.last);
        }
    }
}
