package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;

/** Accounts that were read since they were last looked at for what a crash left; guarded by this object's monitor. */
@ApplicationScoped
class SeenAccounts {

    private static final int MOST = 10_000;

    private final LinkedHashMap<AccountId, UUID> owners = new LinkedHashMap<>();

    /** Takes note of an account by its link or its shadow; beyond the bound the one noted first is forgotten. */
    void note(Link record) {
        note(new Seen(Shadow.accountOf(record), record.userId()));
    }

    synchronized void note(Seen account) {
        owners.put(account.id(), account.userId());
        if (owners.size() > MOST) {
            owners.pollFirstEntry();
        }
    }

    /** Takes out those noted first. */
    synchronized List<Seen> take(int most) {
        var taken = new ArrayList<Seen>();
        while (taken.size() < most && !owners.isEmpty()) {
            var first = owners.pollFirstEntry();
            taken.add(new Seen(first.getKey(), first.getValue()));
        }
        return taken;
    }

    record Seen(AccountId id, UUID userId) {}
}
