package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import io.tokenbroker.event.AccountEvents;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.ColumnSealer;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.TestSealers;
import java.time.Duration;

/** Stores of the production class, without a broker around them. */
public final class TestStores {

    private TestStores() {}

    static GrantStore of(Database database) {
        return of(database, TestSealers.with("first"));
    }

    static GrantStore of(Database database, ColumnSealer sealer) {
        return new JdbcGrantStore(database, new GrantSql(database), seal(sealer), TestEvents.none());
    }

    /** Its events are those of a broker that has receivers, or none. */
    static GrantStore of(Database database, AccountEvents events) {
        return new JdbcGrantStore(database, new GrantSql(database), seal(TestSealers.with("first")), events);
    }

    /** One of a broker that has seen it answer for as long as a take-over needs. */
    static GrantStore ofLongAnswering(Database database) {
        return new JdbcGrantStore(
                database, new GrantSql(database), seal(TestSealers.with("first")), TestEvents.none()) {
            @Override
            public Duration answeringFor() {
                return SEEN_BEFORE_TAKE_OVER;
            }
        };
    }

    public static GrantSeal seal(ColumnSealer sealer) {
        return new GrantSeal(sealer);
    }

    /** A seal that opens refresh tokens, and then lets others have their turn before it goes on. */
    public static GrantSeal slowSeal(ColumnSealer sealer, Runnable meanwhile) {
        return new GrantSeal(sealer) {
            @Override
            public Secret openRefreshToken(AccountId id, String root, byte[] sealed) {
                var opened = super.openRefreshToken(id, root, sealed);
                meanwhile.run();
                return opened;
            }
        };
    }
}
