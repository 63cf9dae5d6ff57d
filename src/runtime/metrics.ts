/** What the app measures of itself; `/metrics` shows it. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { countBreaches } from '../lib/network-in-transaction.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that tests and several apps in one process do not share figures. */
export function createMetrics(droppedLogLines: () => number = () => 0) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'bridge_log_lines_dropped',
    help: 'Log lines lost since the start, because nobody read them or the disk took none',
    registers,
    collect() {
      this.set(droppedLogLines());
    },
  });
  const brain = new Counter({
    name: 'bot_bridge_brain_total',
    help: 'What the connectors of brains count, by the names that each brain declares',
    labelNames: ['brain', 'counter'],
    registers,
  });
  const spans = new Counter({
    name: 'bridge_trace_spans_total',
    help: 'Spans of traces, sent to the collector or dropped because it did not take them in time',
    labelNames: ['result'],
    registers,
  });
  return { registry, brain, spans, ...eventMetrics(registers), ...queueMetrics(registers), ...callMetrics(registers) };
}

/** What comes in, and what becomes of it. */
function eventMetrics(registers: Registry[]) {
  return {
    accepted: new Counter({
      name: 'bridge_events_accepted_total',
      help: 'Events stored and acknowledged',
      labelNames: ['source'],
      registers,
    }),
    duplicates: new Counter({
      name: 'bridge_events_duplicate_total',
      help: 'Events acknowledged again without being stored again',
      labelNames: ['source'],
      registers,
    }),
    refused: new Counter({
      name: 'bridge_events_refused_total',
      help: 'Requests at the endpoints that were refused',
      labelNames: ['reason'],
      registers,
    }),
    events: new Counter({
      name: 'bridge_events_worked_total',
      help: 'Events worked, by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    actions: new Counter({
      name: 'bridge_actions_total',
      help: 'Actions executed, by target and result',
      labelNames: ['target', 'state'],
      registers,
    }),
    stage: new Histogram({
      name: 'bridge_stage_seconds',
      help: 'From acceptance to worked (inbox), from decision to done (portal, brain, app), and acceptance itself (endpoint)',
      labelNames: ['stage'],
      buckets: seconds,
      registers,
    }),
  };
}

/** What waits in the queues. */
function queueMetrics(registers: Registry[]) {
  return {
    deadLetters: new Gauge({
      name: 'bridge_dead_letters',
      help: 'Dead letters that wait for a person, counted up to 10 000; kind unknown = sends that may or may not have arrived',
      labelNames: ['kind'],
      registers,
    }),
    laneRows: new Gauge({
      name: 'bridge_lane_depth',
      help: 'Rows waiting, by queue; with more than 50 000 lanes waiting, the rows of those that have been ready longest',
      labelNames: ['queue'],
      registers,
    }),
    laneAge: new Gauge({
      name: 'bridge_lane_oldest_seconds',
      help: 'How long the oldest ready lane has been waiting',
      labelNames: ['queue'],
      registers,
    }),
    queuesMeasuredAt: new Gauge({
      name: 'bridge_queues_measured_seconds',
      help: 'When the gauges of the queues were last read from the database, in Unix seconds',
      registers,
    }),
    leasesLost: new Counter({
      name: 'bridge_leases_lost_total',
      help: 'Lanes whose lease ended before their work was written down',
      labelNames: ['queue'],
      registers,
    }),
    openBreakers: new Gauge({
      name: 'bridge_open_breakers',
      help: 'Remotes (portals, brains of a bot) that do not answer and are asked only now and then',
      registers,
    }),
  };
}

/** Calls to portals. */
function callMetrics(registers: Registry[]) {
  return {
    restCalls: new Counter({
      name: 'bridge_bitrix24_calls_total',
      help: 'Bitrix24 REST calls by result: ok or the code of the error',
      labelNames: ['code'],
      registers,
    }),
    restSeconds: new Histogram({
      name: 'bridge_bitrix24_call_seconds',
      help: 'Duration of Bitrix24 REST calls',
      buckets: seconds,
      registers,
    }),
    budgetWaits: new Counter({
      name: 'bridge_budget_waits_total',
      help: 'Times a call had to wait for a portal rate budget',
      registers,
    }),
    networkInTransaction: new Counter({
      name: 'bridge_network_in_transaction_total',
      help: 'Network calls begun within a database transaction; anything but 0 is a defect of this program',
      registers,
      collect() {
        this.reset();
        this.inc(countBreaches());
      },
    }),
  };
}
