import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';

const envelope = z.looseObject({ detail: z.looseObject({ event_id: z.string() }) });

export interface EventQueue {
  /** Returns all events so far by `event_id`, as consumers receive them. */
  received(): Promise<ReadonlyMap<string, unknown>>;
  remove(): Promise<void>;
}

/** Creates a queue that receives all order events of a stage, as docs/events.md describes for consumers. */
export async function createEventQueue(stage: string): Promise<EventQueue> {
  const queues = new SQSClient();
  const events = new EventBridgeClient();
  const name = `rehearsal-${stage}-events`;
  const rule = { Rule: name, EventBusName: `sellout-${stage}-orders` };

  const { RuleArn } = await events.send(
    new PutRuleCommand({
      Name: name,
      EventBusName: rule.EventBusName,
      EventPattern: JSON.stringify({ source: ['sellout.orders'] }),
    }),
  );
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: '*',
    Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  const { Attributes = {} } = await queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const { QueueArn: Arn } = Attributes;
  await events.send(new PutTargetsCommand({ ...rule, Targets: [{ Id: 'queue', Arn }] }));

  const received = new Map<string, unknown>();
  return {
    received: async () => {
      const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      for (const { Body = '' } of Messages) {
        const event = envelope.parse(JSON.parse(Body));
        received.set(event.detail.event_id, event);
      }
      return received;
    },
    remove: async () => {
      await events.send(new RemoveTargetsCommand({ ...rule, Ids: ['queue'] }));
      await events.send(new DeleteRuleCommand({ Name: name, EventBusName: rule.EventBusName }));
      await queues.send(new DeleteQueueCommand({ QueueUrl }));
      queues.destroy();
      events.destroy();
    },
  };
}
