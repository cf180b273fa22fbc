package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.ColumnSealer;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.TestSealers;

/** Stores of the production class, without a broker around them. */
public final class TestStores {

    private TestStores() {}

    static GrantStore of(Database database) {
        return of(database, TestSealers.with("first"));
    }

    static GrantStore of(Database database, ColumnSealer sealer) {
        return new JdbcGrantStore(database, new GrantSql(database), seal(sealer));
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
