namespace TrackHub.Interop.Clients;

/// <summary>What a client is able to do by its own make; the broker serves more.</summary>
/// <param name="Name">Its name, as on the page.</param>
/// <param name="What">What it lacks.</param>
internal sealed record ClientFacts(string Name, Missing What = Missing.Nothing)
{
    public bool Lacks(Missing ability) => (What & ability) != Missing.Nothing;
}

/// <summary>Abilities that some client has not.</summary>
[Flags]
internal enum Missing
{
    Nothing = 0,

    /// <summary>Looking after topics and groups.</summary>
    Admin = 1,

    /// <summary>An idempotent producer.</summary>
    Idempotence = 2,

    /// <summary>Giving a record a time: it has the time at which it was sent.</summary>
    Times = 4,

    /// <summary>Writing a header whose value is null.</summary>
    NullHeaders = 8,

    /// <summary>Headers as a list: values of one name come together.</summary>
    HeaderOrder = 16,

    /// <summary>An assignor that Confluent.Kafka has, too: no group with both.</summary>
    SharedAssignor = 32,

    /// <summary>Writing a record without key and value.</summary>
    EmptyRecords = 64,

    /// <summary>Committing when told to: it commits when its assignment changes and when it leaves, besides every few seconds.</summary>
    Commits = 128,

    /// <summary>Deleting groups.</summary>
    GroupDeletion = 256,

    /// <summary>Deleting records below an offset.</summary>
    RecordDeletion = 512,

    /// <summary>Rebalancing step by step, without giving up what stays.</summary>
    CooperativeAssignor = 1024,

    /// <summary>Transactions.</summary>
    Transactions = 2048,

    /// <summary>Groups by KIP-848, and a word when the broker has none.</summary>
    NewGroups = 4096,
}

/// <summary>What a client says of a group.</summary>
/// <param name="State">Its state, in Kafka's words: Empty, Stable …</param>
/// <param name="Committed">Committed offsets by partition.</param>
internal sealed record GroupSight(string State, IReadOnlyList<long> Committed);

/// <summary>Where a time is found.</summary>
/// <param name="Offsets">By partition: the offset of the first record at or after it, or the end of the log if there is none.</param>
/// <param name="Records">What is read from there on.</param>
internal sealed record Sought(IReadOnlyList<long> Offsets, IReadOnlyList<ClientRecord> Records);

/// <summary>A Kafka client: one of those nobody here wrote, driven the same way as the others. Calls do not overlap.</summary>
internal abstract class ForeignClient(ClientFacts facts)
{
    /// <summary>What it can do.</summary>
    public ClientFacts Facts => facts;

    /// <summary>Its version, and of what it runs on, as it says itself.</summary>
    public abstract string Version { get; }

    /// <summary>Creates a topic.</summary>
    public abstract Task CreateTopicAsync(string topic, int partitions);

    /// <summary>Gives a topic more partitions.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="partitions">How many it has then.</param>
    public abstract Task GrowTopicAsync(string topic, int partitions);

    /// <summary>Deletes a topic.</summary>
    public abstract Task DeleteTopicAsync(string topic);

    /// <summary>Reads a setting of a topic.</summary>
    public abstract Task<string> ReadSettingAsync(string topic, string name);

    /// <summary>Sets a setting of a topic.</summary>
    public abstract Task AlterSettingAsync(string topic, string name, string value);

    /// <summary>Finds a group among all, and looks at it.</summary>
    public abstract Task<GroupSight> LookAtGroupAsync(string group, string topic, int partitions);

    /// <summary>Deletes a group that is empty.</summary>
    public abstract Task DeleteGroupAsync(string group);

    /// <summary>Deletes the records of a partition that are below an offset.</summary>
    public abstract Task DeleteRecordsAsync(string topic, int partition, long before);

    /// <summary>Writes records in their order, each to its partition; returns when all replicas have them.</summary>
    /// <param name="topic">Their topic.</param>
    /// <param name="codec">none, gzip, snappy, lz4 or zstd.</param>
    /// <param name="idempotent">With a producer id and sequence numbers.</param>
    /// <param name="records">What to write; offsets do not matter.</param>
    public abstract Task WriteAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records);

    /// <summary>Reads that many records of a topic from its beginning on.</summary>
    public abstract Task<IReadOnlyList<ClientRecord>> ReadAsync(string topic, int partitions, int count);

    /// <summary>Looks for a time in every partition and reads that many records from there on.</summary>
    public abstract Task<Sought> SeekAsync(string topic, int partitions, long time, int count);

    /// <summary>Joins a group, from the beginning where nothing is committed.</summary>
    /// <param name="group">Its name.</param>
    /// <param name="topic">What is subscribed to.</param>
    /// <param name="cooperative">By the cooperative-sticky assignor in place of the client's default.</param>
    public abstract Task<GroupMember> JoinAsync(string group, string topic, bool cooperative = false);

    /// <summary>Begins a transaction.</summary>
    /// <returns>What the client says of the refusal; null if it is not refused.</returns>
    public abstract Task<string?> BeginTransactionAsync();

    /// <summary>Joins a group by KIP-848.</summary>
    /// <returns>What the client says of the refusal; null if it is not refused.</returns>
    public abstract Task<string?> JoinNewGroupAsync(string group, string topic);
}
