using RaftNode.Host.Commands;

return await CommandLine.RunAsync(args);
