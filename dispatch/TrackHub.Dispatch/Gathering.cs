using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch;

/// <summary>Carries out together what is asked for at the same time: who comes while a group is at work waits and goes with all who came meanwhile. Thread-safe.</summary>
/// <typeparam name="TCall">What is asked for.</typeparam>
/// <typeparam name="TAnswer">What comes of it.</typeparam>
/// <param name="run">Carries out a group, from 1; an answer for each, in their order. Its token is cancelled when nobody waits for an answer any more.</param>
/// <param name="weight">What one takes of <see cref="MaxWeight"/>, from 1.</param>
/// <param name="goTogether">Whether two may be of one group.</param>
internal sealed class Gathering<TCall, TAnswer>(
    Func<IReadOnlyList<TCall>, CancellationToken, Task<IReadOnlyList<TAnswer>>> run, Func<TCall, int> weight, Func<TCall, TCall, bool> goTogether)
{
    /// <summary>A group is full before it takes longer than a fraction of a Purchase's time; a call that is heavier by itself goes alone.</summary>
    private const int MaxWeight = 500;

    // Beside another only full groups go: of others the database would have more work, not less to wait for.
    private const int MaxAtWork = 4;

    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _waiting = new();
    private int _waitingWeight;
    private int _atWork;

    /// <summary>Asks for one; answered when its group is done.</summary>
    /// <param name="call">What is asked for.</param>
    /// <param name="cancellationToken">Gives up; whether it is carried out is then unknown.</param>
    /// <exception cref="Exception">What its group threw: a dependency was away, or the fault is this call's own.</exception>
    public async Task<TAnswer> JoinAsync(TCall call, CancellationToken cancellationToken)
    {
        var place = new Place(call, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        lock (_gate)
        {
            _waiting.AddLast(place);
            _waitingWeight += weight(call);
            if (_atWork == 0 || (_atWork < MaxAtWork && _waitingWeight >= MaxWeight))
            {
                _atWork++;
                // A group belongs to no caller's trace.
                using (ExecutionContext.SuppressFlow())
                    _ = Task.Run(WorkAsync, CancellationToken.None);
            }
        }

        return await place.Answer.Task.WaitAsync(cancellationToken);
    }

    private async Task WorkAsync()
    {
        while (NextGroup() is { Count: > 0 } group)
        {
            if (await TryAsync(group) is not { } failure)
                continue;

            // Whose fault it is: the others are not to suffer from it.
            foreach (var place in group)
            {
                if (group.Count == 1 || Dependencies.IsAway(failure) || place.GivenUp.IsCancellationRequested)
                    place.Answer.TrySetException(failure);
                else if (await TryAsync([place]) is { } own)
                    place.Answer.TrySetException(own);
            }
        }
    }

    /// <summary>The next group; empty, and the worker is free, when nobody waits.</summary>
    private List<Place> NextGroup()
    {
        var group = new List<Place>();
        var weighed = 0;
        lock (_gate)
        {
            for (var node = _waiting.First; node is not null && weighed < MaxWeight;)
            {
                var (place, next) = (node.Value, node.Next);
                var own = weight(place.Call);
                var fits = group.Count == 0 || (weighed + own <= MaxWeight && group.TrueForAll(other => goTogether(other.Call, place.Call)));
                if (place.GivenUp.IsCancellationRequested || fits)
                {
                    _waiting.Remove(node);
                    _waitingWeight -= own;
                }

                if (fits && !place.GivenUp.IsCancellationRequested)
                {
                    group.Add(place);
                    weighed += own;
                }

                node = next;
            }

            if (group.Count == 0)
                _atWork--;
        }

        return group;
    }

    private async Task<Exception?> TryAsync(List<Place> group)
    {
        using var abandoned = new CancellationTokenSource();
        var left = group.Count;
        var registrations = group.ConvertAll(place => place.GivenUp.Register(() =>
        {
            if (Interlocked.Decrement(ref left) == 0)
                abandoned.Cancel();
        }));
        try
        {
            var answers = await run(group.ConvertAll(static place => place.Call), abandoned.Token);
            for (var i = 0; i < group.Count; i++)
                group[i].Answer.TrySetResult(answers[i]);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
        finally
        {
            foreach (var registration in registrations)
                await registration.DisposeAsync();
        }
    }

    private sealed record Place(TCall Call, TaskCompletionSource<TAnswer> Answer, CancellationToken GivenUp);
}
