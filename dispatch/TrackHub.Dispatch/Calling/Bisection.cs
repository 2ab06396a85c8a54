namespace TrackHub.Dispatch.Calling;

/// <summary>Finds the event for which Meta refuses a batch, in at most 2·⌈log2 n⌉ + 1 calls for one among n.</summary>
/// <remarks>Depth first, so that of a split the first half is done, and its records complete, before the second is begun.</remarks>
internal static class Bisection
{
    /// <summary>Calls for a batch, then for what each call leaves.</summary>
    /// <param name="whole">The batch; nothing is called for an empty one.</param>
    /// <param name="callAsync">One call: what is left to be called for, the last of it first.</param>
    /// <param name="stoppingToken">No call is begun after it.</param>
    public static async Task RunAsync<T>(
        IReadOnlyList<T> whole, Func<IReadOnlyList<T>, Task<IReadOnlyList<IReadOnlyList<T>>>> callAsync, CancellationToken stoppingToken)
    {
        var open = new Stack<IReadOnlyList<T>>();
        if (whole.Count > 0)
            open.Push(whole);
        while (open.TryPop(out var part) && !stoppingToken.IsCancellationRequested)
        {
            foreach (var rest in await callAsync(part))
                open.Push(rest);
        }
    }

    /// <summary>Both halves of a refused part, the second one first.</summary>
    /// <param name="part">From 2.</param>
    public static IReadOnlyList<IReadOnlyList<T>> Halves<T>(IReadOnlyList<T> part)
    {
        var middle = (part.Count + 1) / 2;
        return [[.. part.Skip(middle)], [.. part.Take(middle)]];
    }
}
