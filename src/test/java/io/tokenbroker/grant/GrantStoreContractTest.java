package io.tokenbroker.grant;

import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/** Every store keeps the same contract. A further store needs a class like {@link Sqlite} and nothing else. */
@Timeout(60)
class GrantStoreContractTest {

    @Nested
    class Sqlite {

        @Nested
        class LookAndLease extends LookAndLeaseContract {
            LookAndLease() {
                super(Stores.SQLITE);
            }
        }

        @Nested
        class Writes extends WritesContract {
            Writes() {
                super(Stores.SQLITE);
            }
        }

        @Nested
        class StartOver extends StartOverContract {
            StartOver() {
                super(Stores.SQLITE);
            }
        }
    }

    @Nested
    class Postgresql {

        @Nested
        class LookAndLease extends LookAndLeaseContract {
            LookAndLease() {
                super(Stores.POSTGRESQL);
            }
        }

        @Nested
        class Writes extends WritesContract {
            Writes() {
                super(Stores.POSTGRESQL);
            }
        }

        @Nested
        class StartOver extends StartOverContract {
            StartOver() {
                super(Stores.POSTGRESQL);
            }
        }
    }

    /** The stores under test. */
    private static final class Stores {

        static final Supplier<GrantStore> SQLITE = () -> TestStores.ofLongAnswering(Engines.SQLITE.database());
        static final Supplier<GrantStore> POSTGRESQL = () -> TestStores.ofLongAnswering(Engines.POSTGRESQL.database());

        private Stores() {}
    }
}
