using TrackHub.Testing;

namespace TrackHub.Interop.Clients;

/// <summary>A member of a consumer group: what it owns and what it has met. Thread-safe.</summary>
/// <param name="commit">Commits all it has met.</param>
/// <param name="leave">Leaves the group, in peace.</param>
internal sealed class GroupMember(Func<Task> commit, Func<Task> leave)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);
    private readonly Lock _gate = new();
    private readonly List<ClientRecord> _met = [];
    private int[] _owned = [];
    private string? _failure;

    /// <summary>The partitions it owns now, in order.</summary>
    public IReadOnlyList<int> Owned
    {
        get { lock (_gate) return _owned; }
    }

    /// <summary>Commits what it has met; some clients commit on their own, a little later.</summary>
    public Task CommitAsync() => commit();

    /// <inheritdoc cref="GroupMember(Func{Task}, Func{Task})" path="/param[@name='leave']"/>
    public Task LeaveAsync() => leave();

    /// <summary>Tells what it has now.</summary>
    public void Owns(IEnumerable<int> partitions)
    {
        lock (_gate)
            _owned = [.. partitions.Order()];
    }

    /// <summary>Tells that it has these as well.</summary>
    public void Gains(IEnumerable<int> partitions) => Owns(Owned.Union(partitions));

    /// <summary>Tells that it has these no longer.</summary>
    public void Loses(IEnumerable<int> partitions) => Owns(Owned.Except(partitions));

    /// <summary>Tells that it met a record.</summary>
    public void Met(ClientRecord record)
    {
        lock (_gate)
            _met.Add(record);
    }

    /// <summary>Tells that it broke down.</summary>
    public void Failed(string failure)
    {
        lock (_gate)
            _failure ??= failure;
    }

    /// <summary>What it met since it was last asked.</summary>
    public IReadOnlyList<ClientRecord> TakeMet()
    {
        lock (_gate)
        {
            IReadOnlyList<ClientRecord> taken = [.. _met];
            _met.Clear();
            return taken;
        }
    }

    /// <summary>Waits until it owns that many partitions.</summary>
    public Task OwnsAsync(int partitions) => HoldsAsync(() => Owned.Count.ShouldBe(partitions));

    /// <summary>Waits until it has met that many records.</summary>
    public Task HasMetAsync(int records) => HoldsAsync(() =>
    {
        lock (_gate)
            _met.Count.ShouldBeGreaterThanOrEqualTo(records);
    });

    private async Task HoldsAsync(Action assertions)
    {
        await Eventually.Holds(
            () =>
            {
                if (Failure is null)
                    assertions();
                return Task.CompletedTask;
            },
            Limit);
        Failure.ShouldBeNull();
    }

    private string? Failure
    {
        get { lock (_gate) return _failure; }
    }
}
