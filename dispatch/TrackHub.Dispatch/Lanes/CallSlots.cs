namespace TrackHub.Dispatch.Lanes;

/// <summary>
/// Calls at once of all lanes, shared fairly between brands: of those that wait the brand with the fewest calls at work is next, and the last quarter is
/// kept for brands that have none. So a brand with many slow pixels cannot take every slot. Thread-safe.
/// </summary>
/// <param name="slots">From 1.</param>
internal sealed class CallSlots(int slots)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _atWork = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Brand, TaskCompletionSource Granted)> _waiting = new();
    private readonly int _kept = slots / 4;
    private int _free = slots;

    /// <summary>Waits for a slot; <see cref="Leave"/> must follow.</summary>
    /// <exception cref="OperationCanceledException">Stopped; no slot is taken.</exception>
    public async Task EnterAsync(string brand, CancellationToken stoppingToken)
    {
        stoppingToken.ThrowIfCancellationRequested();
        LinkedListNode<(string Brand, TaskCompletionSource Granted)> place;
        lock (_gate)
        {
            place = _waiting.AddLast((brand, new(TaskCreationOptions.RunContinuationsAsynchronously)));
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

    private void GiveUp(LinkedListNode<(string Brand, TaskCompletionSource Granted)> place)
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
            LinkedListNode<(string Brand, TaskCompletionSource Granted)>? next = null;
            for (var place = _waiting.First; place is not null; place = place.Next)
            {
                if (AtWork(place) is var atWork && (atWork == 0 || _free > _kept) && (next is null || atWork < AtWork(next)))
                    next = place;
            }

            if (next is null)
                return;
            _waiting.Remove(next);
            _atWork[next.Value.Brand] = AtWork(next) + 1;
            _free--;
            next.Value.Granted.TrySetResult();
        }
    }

    private int AtWork(LinkedListNode<(string Brand, TaskCompletionSource Granted)> place) => _atWork.GetValueOrDefault(place.Value.Brand);
}
