namespace TrackHub.Dispatch.Lanes;

/// <summary>
/// Calls at once of all lanes: of those that wait a lane with a Purchase is next, and of equals the brand with the fewest calls at work. The last quarter is
/// kept for brands that have none: a brand with many slow pixels cannot take every slot. Thread-safe.
/// </summary>
/// <param name="slots">From 1.</param>
internal sealed class CallSlots(int slots)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _atWork = new(StringComparer.Ordinal);
    private readonly LinkedList<Place> _waiting = new();
    private readonly int _kept = slots / 4;
    private int _free = slots;

    /// <summary>Waits for a slot; <see cref="Leave"/> must follow.</summary>
    /// <param name="brand">Who is to have it.</param>
    /// <param name="isUrgent">Whether a Purchase waits for it, asked whenever a slot is free: one may come meanwhile. Quick, and waits for nobody who waits for a slot.</param>
    /// <param name="stoppingToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">Stopped; no slot is taken.</exception>
    public async Task EnterAsync(string brand, Func<bool> isUrgent, CancellationToken stoppingToken)
    {
        stoppingToken.ThrowIfCancellationRequested();
        LinkedListNode<Place> place;
        lock (_gate)
        {
            place = _waiting.AddLast(new Place(brand, isUrgent, new(TaskCreationOptions.RunContinuationsAsynchronously)));
            Grant();
        }

        var granted = place.Value.Granted.Task;
        if (granted.IsCompleted)
            return;
        await using (stoppingToken.Register(() => GiveUp(place)))
            await granted;
    }

    /// <summary>Gives a slot back.</summary>
    public void Leave(string brand)
    {
        lock (_gate)
        {
            if (--_atWork[brand] == 0)
                _atWork.Remove(brand);
            _free++;
            Grant();
        }
    }

    private void GiveUp(LinkedListNode<Place> place)
    {
        lock (_gate)
        {
            if (place.List is null)
                return;   // granted this moment: the caller has it
            _waiting.Remove(place);
            place.Value.Granted.TrySetCanceled();
        }
    }

    private void Grant()
    {
        while (_free > 0)
        {
            LinkedListNode<Place>? next = null;
            var best = (IsPatient: true, AtWork: int.MaxValue);
            for (var place = _waiting.First; place is not null; place = place.Next)
            {
                var rank = (IsPatient: !place.Value.IsUrgent(), AtWork: AtWork(place));
                if ((rank.AtWork == 0 || _free > _kept) && rank.CompareTo(best) < 0)
                    (next, best) = (place, rank);
            }

            if (next is null)
                return;
            _waiting.Remove(next);
            _atWork[next.Value.Brand] = AtWork(next) + 1;
            _free--;
            next.Value.Granted.TrySetResult();
        }
    }

    private int AtWork(LinkedListNode<Place> place) => _atWork.GetValueOrDefault(place.Value.Brand);

    private readonly record struct Place(string Brand, Func<bool> IsUrgent, TaskCompletionSource Granted);
}
