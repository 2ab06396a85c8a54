using TrackHub.Benchmarks;

return await BenchmarksCommand.Create().Parse(args).InvokeAsync();
