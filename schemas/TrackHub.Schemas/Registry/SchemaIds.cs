using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace TrackHub.Schemas;

/// <summary>Remembers which id the registry gave to which schema, both ways. Thread-safe; made once per process.</summary>
/// <remarks>
/// An id means one schema for ever, so what was found is kept; what the registry did not have is asked again after
/// <see cref="AbsentFor"/>, and at most <see cref="MaxAbsent"/> such ids are kept, so that forged ids fill neither memory nor the registry's day.
/// </remarks>
public sealed class SchemaIds(SchemaRegistryClient registry, TimeProvider clock) : IDisposable
{
    private const int MaxAbsent = 1024;
    private static readonly TimeSpan AbsentFor = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, int> _idByTopic = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _schemaById = new();
    private readonly ConcurrentDictionary<int, long> _absentSince = new();
    private readonly SemaphoreSlim _asking = new(1);

    /// <summary>Registers the value schema of each topic that is not registered yet, under its subject.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses one; the message names subject and remedy.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public async Task RegisterAsync(IEnumerable<TopicDefinition> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
            await IdOfAsync(topic, cancellationToken);
    }

    /// <summary>The id of the topic's value schema; registers it on first use.</summary>
    /// <inheritdoc cref="RegisterAsync" path="/exception"/>
    public ValueTask<int> IdOfAsync(TopicDefinition topic, CancellationToken cancellationToken) =>
        TryIdOf(topic, out var id) ? new(id) : new(AskAsync(topic, cancellationToken));

    /// <summary>The id of the topic's value schema, if it was registered by this process.</summary>
    public bool TryIdOf(TopicDefinition topic, out int id) => _idByTopic.TryGetValue(topic.Name, out id);

    /// <summary>Fetches the schema of that id unless it was fetched before; afterwards decoding needs no I/O.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses; that it has no such schema is no error.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached.</exception>
    public ValueTask LearnAsync(int id, CancellationToken cancellationToken) =>
        IsLearnt(id) ? ValueTask.CompletedTask : new(FetchAsync(id, cancellationToken));

    /// <summary>True if decoding a value of that id would not profit from <see cref="LearnAsync"/> now.</summary>
    public bool IsLearnt(int id) =>
        _schemaById.ContainsKey(id) || (_absentSince.TryGetValue(id, out var since) && clock.GetElapsedTime(since) < AbsentFor);

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    /// <summary>The text of a learnt schema.</summary>
    internal bool TryGetSchema(int id, [NotNullWhen(true)] out string? schema) => _schemaById.TryGetValue(id, out schema);

    private async Task<int> AskAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (TryIdOf(topic, out var known))
                return known;

            var id = await RegisterOrFindAsync(topic, cancellationToken);
            _schemaById[id] = topic.ValueSchemaJson;
            return _idByTopic[topic.Name] = id;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Where writing is for operators alone, what they registered is enough.</summary>
    private async Task<int> RegisterOrFindAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.RegisterAsync(topic.Subject, topic.ValueSchemaJson, cancellationToken);
        }
        catch (SchemaRegistryException refused) when (refused.IsReadOnly)
        {
            if (await registry.FindVersionAsync(topic.Subject, topic.ValueSchemaJson, cancellationToken) is { } registered)
                return registered.Id;
            throw;
        }
    }

    private async Task FetchAsync(int id, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (IsLearnt(id))
                return;

            if (await registry.FindSchemaAsync(id, cancellationToken) is { } schema)
            {
                _schemaById[id] = schema;
                _absentSince.TryRemove(id, out _);
                return;
            }

            if (_absentSince.Count >= MaxAbsent)
                _absentSince.Clear();
            _absentSince[id] = clock.GetTimestamp();
        }
        finally
        {
            _asking.Release();
        }
    }
}
