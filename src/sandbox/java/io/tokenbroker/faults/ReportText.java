package io.tokenbroker.faults;

/** The words around the table. */
final class ReportText {

    static final String SQLITE = """
            # What faults do to accounts

            Written by `make faults`: the packaged broker as a process with its SQLite file, %d accounts at the stand-ins, one fault after
            another. A few accounts of each kind mint while the fault is in force; then it is healed, and they are asked until they mint.
            Seed %d; `FAULTS_SEED` and `FAULTS_ACCOUNTS` choose others. Several replicas on PostgreSQL: [faults-replicas.md](faults-replicas.md).

            **%s.**

            Kills at a moment that chance chose: %d, a sample and no proof.

            """;

    static final String REPLICAS = """
            # What faults do to accounts: three replicas on PostgreSQL

            Written by `make faults REPLICAS=3`: packaged brokers as processes behind one address that goes round among them, a real
            PostgreSQL whose commits are on its disk, %d accounts at the stand-ins. One broker with its SQLite file: [faults.md](faults.md).
            Seed %d; `FAULTS_SEED` and `FAULTS_ACCOUNTS` choose others.

            **%s.**

            Kills of a replica at a moment that chance chose: %d, a sample and no proof.

            """;

    static final String HOW_TO_READ = """
            ## How to read it

            - *reusable*: Entra, where a used refresh token stays good. *single-use*: a plain OpenID provider without any grace period, where
              a used token is dead. Each account has its own user, and each question insists on a new token (`force_refresh`).
            - *Once committed*: the server did its work, and the answer suffered. A *call* is one of those that a mint makes at FusionAuth
              and at the provider, in their order; FusionAuth is only read.
            - *Clocks*: the stand-ins' clocks move; a broker whose clock is five minutes behind sees the same as one among servers
              that are five minutes ahead. The plain provider knows no time of day.
            - *Rightly refuse*: the account was unlinked and says `account_not_found`; or it says `reauthorization_required` in a row where
              the harness itself lets a token get lost, and the stand-in proves that it must: the provider gave the newest token during that
              fault, the store's row (which the harness opens with the brokers' key) does not hold it, and the provider takes neither the
              token of the row nor that of the link.
            - *Late*: not within 5 s after all was mended. *Longest*: the seconds until the last account of the row minted or rightly
              refused, from when all was mended, the killed broker ready again; where 25 and 60 s are demanded, from the instant of the
              harm itself. *At most*: what the run demands; where an account is bound to recover at once, *late* must be empty, too.
              An account that was just being refreshed by a broker that died waits for the end of its lease: 20 s at *reusable*, 45 s at
              *single-use*; 25 and 60 s are demanded.
            - *Lost* is every other account, with what the broker says. A minted token that a provider gave for another account is a loss.
            """;

    static final String POINTS_OF_SQLITE = """
            - *Killed* is SIGKILL, then a start. One kill strikes accounts at all points of a mint, three of each kind at each. Statements
              that write are stopped by the lock of the file, which the harness holds; a statement that has returned is the call after it.
              A look at a row changes nothing and is no point of its own.
            - *Store*: gone is the file moved away and back, locked and slow is the file's lock held by another process, full and read-only
              are a file system of its own. Where the harness is not root, these two are left out.

            """;

    static final String POINTS_OF_REPLICAS = """
            - *Replica killed* is SIGKILL of one of three; the other two are asked at once, and it is started again. One kill strikes accounts
              at all points of a mint, two of each kind at each. A small proxy between each replica and PostgreSQL stops a statement
              before the server gets it, or its answer before the replica does; it slows them, cuts them off, and loses answers.
            - *Stopped* is SIGSTOP, then SIGCONT; the load balancer leaves a stopped replica out.
            - *Store*: gone is every connection cut and refused, locked is the table locked, slow is each statement on the rows, read-only
              is PostgreSQL's own switch. A full disk is not tried here: PostgreSQL ends itself then, which is the row in which it is killed.

            """;

    static final String UNAVOIDABLE = """
            ## What cannot be helped

            At *single-use* providers only, without a grace period:

            - an answer of the provider that gets lost, and the only good token with it. The account says so at once;
            - a broker that dies between the provider's answer and the end of the keep. The account says so once the lease has ended;
            - a replica that is stopped, or alone cut off from the store, between answer and keep for longer than its lease;
            - a commit that the store loses: the file deleted, an old backup, a failover to a standby that was behind.

            """;

    private ReportText() {}
}
