package io.tokenbroker.grant;

import io.tokenbroker.grant.ModelSetup.ModelStore;
import io.tokenbroker.link.Remembered.SignIn;

/** Stores that each lack one condition: a model that finds nothing there would prove nothing. */
final class BrokenStores {

    private BrokenStores() {}

    static final class KeepsWithoutLease extends ModelStore {

        KeepsWithoutLease(ModelWorld world) {
            super(world);
        }

        @Override
        boolean isHeld(Row row, Held held) {
            return true;
        }
    }

    static final class LeasesAnyVersion extends ModelStore {

        LeasesAnyVersion(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayLease(Row row, SignIn signIn, long version, boolean takeOver) {
            return super.mayLease(row, signIn, row.version(), takeOver);
        }
    }

    static final class LeasesTwice extends ModelStore {

        LeasesTwice(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayLease(Row row, SignIn signIn, long version, boolean takeOver) {
            return super.mayLease(row.free(), signIn, version, takeOver);
        }
    }

    static final class StartsOverAnyVersion extends ModelStore {

        StartsOverAnyVersion(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayStartOver(Row row, SignIn signIn, long seen) {
            return super.mayStartOver(row, signIn, row.version());
        }
    }

    static final class GoesOnUnderLease extends ModelStore {

        GoesOnUnderLease(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayGoOn(Row row, SignIn signIn, long seen) {
            return super.mayGoOn(row.free(), signIn, seen);
        }
    }

    /** As it was before the model found the fault. */
    static final class GoesOnAtOnce extends ModelStore {

        GoesOnAtOnce(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayGoOn(Row row, SignIn signIn, long seen) {
            var isExpired = row.lease().filter(this::isOver).isPresent();
            return super.mayGoOn(isExpired ? row.free() : row, signIn, seen);
        }
    }

    static final class RemovesAnyLink extends ModelStore {

        RemovesAnyLink(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayRemove(Row row, SignIn signIn) {
            return true;
        }
    }

    static final class RepeatsVersions extends ModelStore {

        RepeatsVersions(ModelWorld world) {
            super(world);
        }

        @Override
        long firstVersion() {
            return 1_000;
        }
    }

    static final class CountsForEverybody extends ModelStore {

        CountsForEverybody(ModelWorld world) {
            super(world);
        }

        @Override
        boolean counts(Row row, SignIn signIn) {
            return true;
        }
    }

    static final class CountsByRootAlone extends ModelStore {

        CountsByRootAlone(ModelWorld world) {
            super(world);
        }

        @Override
        boolean counts(Row row, SignIn signIn) {
            return signIn.token().isPresent() ? row.root().equals(root(signIn)) : isOfLink(row, signIn);
        }
    }

    static final class MarksWithoutLease extends ModelStore {

        MarksWithoutLease(ModelWorld world) {
            super(world);
        }

        @Override
        boolean mayMark(Row row, Held held) {
            return true;
        }
    }
}
