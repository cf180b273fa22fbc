package io.tokenbroker.faults;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What befalls each account by its own trial, of several at the same time. */
final class PerAccount implements Disruption {

    private final Map<Account, Case> cases;

    PerAccount(List<Case> cases) {
        this.cases = cases.stream().collect(Collectors.toMap(Case::account, Function.identity()));
    }

    @Override
    public Reply meet(Call call, Supplier<Reply> work) {
        var account = call.account();
        var mine = account == null ? null : cases.get(account);
        return mine == null ? work.get() : mine.trial().disruption().meet(call, work);
    }

    @Override
    public void end() {
        cases.values().stream().map(one -> one.trial().disruption()).distinct().forEach(Disruption::end);
    }

    /** The same for the statements on their rows. */
    StoreProxy.Rule onRows() {
        var struck = cases.values().stream()
                .filter(one -> one.trial().atStatement().isPresent())
                .toList();
        return struck.isEmpty() ? StoreProxy.Rule.NONE : new OnRows(struck);
    }

    private record OnRows(List<Case> cases) implements StoreProxy.Rule {

        @Override
        public boolean before(String statement) {
            return meet(statement, false);
        }

        @Override
        public boolean after(String statement) {
            return meet(statement, true);
        }

        private boolean meet(String statement, boolean isDone) {
            return cases.stream()
                    .filter(one -> statement.contains(one.account().id()))
                    .allMatch(one -> one.trial().atStatement().orElseThrow().meet(one.account(), statement, isDone));
        }
    }
}
