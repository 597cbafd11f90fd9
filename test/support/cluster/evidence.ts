/**
 * What PostgreSQL itself saw, written by triggers in the transactions that they tell of, so that no process can be wrong
 * about it or die before it has said it. Each process of a node has an `application_name` of its own, and so has a name here.
 */
import pg from 'pg'

/** Times are ms since 1970 by the database's clock. `commit`: what was made in one transaction has the same. */
export interface Made {
  readonly task: string
  readonly lane: string
  readonly bucket: number
  readonly band: number
  readonly due: number
  readonly key: string
  readonly commit: string
  readonly at: number
}
/** `writer`: the process that ended it. `owner`: the incarnation that held its pin or else its bucket. */
export interface Outcome { readonly task: string; readonly kind: 'done' | 'failed'; readonly at: number; readonly writer: string; readonly owner: string | null }
/** An incarnation began in a process, or its row went: then `process` is whoever removed it. */
export interface Life { readonly incarnation: string; readonly kind: 'joined' | 'gone'; readonly process: string; readonly at: number }
/** A lease has another holder, or a further generation of the one it had. */
export interface Grant { readonly lane: string; readonly bucket: number; readonly holder: string | null; readonly generation: number; readonly at: number }
/** A slot of a schedule got its task. `owner`: the incarnation that held the lane of the scheduler. */
export interface Slot { readonly schedule: string; readonly slot: number; readonly at: number; readonly writer: string; readonly owner: string | null }
/** Metrics were measured for a slot. `owner`: the incarnation that held their lane. */
export interface Measured { readonly slot: number; readonly at: number; readonly writer: string; readonly owner: string | null }

export interface Evidence {
  readonly made: readonly Made[]
  readonly outcomes: readonly Outcome[]
  readonly lives: readonly Life[]
  readonly grants: readonly Grant[]
  readonly slots: readonly Slot[]
  readonly measured: readonly Measured[]
}

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint'
const WRITER = 'current_setting(\'application_name\')'

const WITNESS = `
create schema witness;
create table witness.made (number bigserial, task text, lane text, bucket bigint, band bigint, due bigint, key text, commit text, at bigint);
create table witness.outcome (number bigserial, task text, kind text, at bigint, writer text, owner text);
create table witness.life (number bigserial, incarnation text, kind text, process text, at bigint);
create table witness.lease (number bigserial, lane text, bucket bigint, holder text, generation bigint, at bigint);
create table witness.slot (number bigserial, schedule text, slot bigint, at bigint, writer text, owner text);
create table witness.measured (number bigserial, slot bigint, at bigint, writer text, owner text);

create function witness.task() returns trigger language plpgsql as $$ begin
  if tg_op = 'INSERT' then
    insert into witness.made (task, lane, bucket, band, due, key, commit, at)
      values (new.id, new.lane, new.bucket, new.band, new.due, new.ordering_key, pg_current_xact_id()::text, ${NOW});
  else
    insert into witness.outcome (task, kind, at, writer, owner) values (
      old.id, case tg_op when 'DELETE' then 'done' else 'failed' end, ${NOW}, ${WRITER},
      coalesce(old.holder, (select l.holder from public.lease l where l.lane = old.lane and l.bucket = old.bucket)));
  end if;
  return null;
end $$;
create trigger witness_made after insert or delete on task for each row execute function witness.task();
create trigger witness_failed after update of status on task for each row
  when (new.status = 'Failed' and old.status <> 'Failed') execute function witness.task();

create function witness.node() returns trigger language plpgsql as $$ begin
  insert into witness.life (incarnation, kind, process, at) values (
    coalesce(new.incarnation, old.incarnation), case tg_op when 'INSERT' then 'joined' else 'gone' end, ${WRITER}, ${NOW});
  return null;
end $$;
create trigger witness_node after insert or delete on node for each row execute function witness.node();

create function witness.lease() returns trigger language plpgsql as $$ begin
  insert into witness.lease (lane, bucket, holder, generation, at) values (new.lane, new.bucket, new.holder, new.generation, ${NOW});
  return null;
end $$;
create trigger witness_lease after insert or update of holder on lease for each row execute function witness.lease();

create function witness.slot() returns trigger language plpgsql as $$ begin
  insert into witness.slot (schedule, slot, at, writer, owner) values (
    new.schedule_id, new.slot, ${NOW}, ${WRITER}, (select l.holder from public.lease l where l.lane = 'scheduler'));
  return null;
end $$;
create trigger witness_slot after insert on schedule_slot for each row execute function witness.slot();

create function witness.measured() returns trigger language plpgsql as $$ begin
  insert into witness.measured (slot, at, writer, owner) values (
    new.slot, ${NOW}, ${WRITER}, (select l.holder from public.lease l where l.lane = 'metrics'));
  return null;
end $$;
create trigger witness_measured after insert on metric_slot for each row execute function witness.measured();
`

/** The eyes of a test in a database: asks with connections of its own, which may break with the server. */
export class Witness implements AsyncDisposable {
  readonly #pool: pg.Pool

  /** The tables of the store must be there. */
  static async of(url: string): Promise<Witness> {
    const witness = new Witness(url)
    await witness.ask(WITNESS)
    return witness
  }

  private constructor(url: string) {
    const types = { getTypeParser: (oid: number) => oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid) }
    this.#pool = new pg.Pool({ connectionString: url, max: 2, types })
    // A connection that breaks while nobody uses it.
    this.#pool.on('error', () => undefined)
  }

  async ask<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows
  }

  /** All of it so far. */
  async evidence(): Promise<Evidence> {
    const [made, outcomes, lives, grants, slots, measured] = await Promise.all([
      this.#all<Made>('made'), this.#all<Outcome>('outcome'), this.#all<Life>('life'), this.#all<Grant>('lease'), this.#all<Slot>('slot'),
      this.#all<Measured>('measured'),
    ])
    return { made, outcomes, lives, grants, slots, measured }
  }

  /** In the order of the writes. */
  #all<Row extends pg.QueryResultRow>(table: string): Promise<Row[]> {
    return this.ask<Row>(`select * from witness.${table} order by number`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
  }
}
