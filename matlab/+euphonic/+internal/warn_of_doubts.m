function warn_of_doubts(caller, model, doubts)
    %WARN_OF_DOUBTS   Warn of what is strange in a model, once for each model and session.
    %   MODEL is the hash of its content. Where it was read or made in this session, its notes have said it: then DOUBTS
    %   is empty, and the model is known from then on.
    persistent known
    if any(strcmp(known, model))
        return
    end
    known{end + 1} = model;
    for i = 1:numel(doubts)
        warning(['EUPHONIC:' caller ':note'], '%s', doubts{i});
    end
end
