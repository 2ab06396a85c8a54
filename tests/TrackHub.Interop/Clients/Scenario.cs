namespace TrackHub.Interop.Clients;

/// <summary>One thing that every client must get right against the log, and a row of docs/kafka-clients.md.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Needs">Abilities without which a client cannot be asked for it.</param>
/// <param name="RunAsync">Does it; throws if something is not as it must be.</param>
internal sealed record Scenario(string Name, Missing Needs, Func<ScenarioRun, Task> RunAsync)
{
    private static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("creates, grows and deletes a topic", Missing.Admin, AdminScenarios.CreatesGrowsAndDeletesATopicAsync),
        new("reads and alters a topic's settings", Missing.Admin, AdminScenarios.AltersATopicsSettingsAsync),
        .. Codecs.Select(static codec => new Scenario(
            $"writes and reads {(codec == "none" ? "uncompressed" : codec)}", Missing.Nothing, run => WritingScenarios.WritesAndReadsAsync(run, codec))),
        new("deletes records", Missing.RecordDeletion, AdminScenarios.DeletesRecordsAsync),
        new("writes idempotently", Missing.Idempotence, WritingScenarios.WritesIdempotentlyAsync),
        new("seeks by time", Missing.Nothing, WritingScenarios.SeeksByTimeAsync),
        new("shares a group, commits, takes over, resumes", Missing.Nothing, GroupScenarios.SharesAGroupAsync),
        new("shares a group with Confluent.Kafka", Missing.SharedAssignor, GroupScenarios.SharesAGroupWithConfluentAsync),
        new("shares a group cooperatively", Missing.CooperativeAssignor, GroupScenarios.SharesAGroupCooperativelyAsync),
        new("looks at a group and its offsets", Missing.Admin, AdminScenarios.LooksAtAGroupAsync),
        new("deletes a group", Missing.GroupDeletion, AdminScenarios.DeletesAGroupAsync),
        new("is refused a transaction", Missing.Transactions, RefusalScenarios.IsRefusedATransactionAsync),
        new("is refused a KIP-848 group", Missing.NewGroups, RefusalScenarios.IsRefusedANewGroupAsync),
    ];

    /// <summary>Whether a client can be asked for it.</summary>
    public bool IsFor(ClientFacts facts) => !facts.Lacks(Needs);
}

/// <summary>Who is asked, and against which log.</summary>
/// <param name="Client">The client asked.</param>
/// <param name="Confluent">The client it is compared with.</param>
/// <param name="BootstrapServers">The log.</param>
internal sealed record ScenarioRun(ForeignClient Client, ConfluentClient Confluent, string BootstrapServers)
{
    /// <summary>A name nobody else uses.</summary>
    public static string NewName(string what) => $"{what}-{Guid.NewGuid():N}";

    /// <summary>Makes a topic by Confluent.Kafka.</summary>
    public async Task<string> CreateTopicAsync(int partitions)
    {
        var topic = NewName("topic");
        await Confluent.CreateTopicAsync(topic, partitions);
        return topic;
    }
}
