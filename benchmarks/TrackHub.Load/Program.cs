using TrackHub.Load;
using TrackHub.Load.Floors;

return args is [FloorProgram.Verb, var floor] ? await FloorProgram.RunAsync(floor) : await LoadProgram.RunAsync(args);
